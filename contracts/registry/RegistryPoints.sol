// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";

import {Column, Direction, MemberIndex, PeriodId, PointIndex, Source} from "../Types.sol";
import {RegistryMembers} from "./RegistryMembers.sol";

/**
 * Metering points, who answers for them when, and the rosters made of that.
 *
 * A point keeps its last participation in one slot of its own and the earlier ones beside it, so that a roster reads one
 * slot per point, plus one for each further column. Freezing a roster forbids every change before its end; nothing is
 * copied, and `rosterOf` answers the same for ever.
 */
abstract contract RegistryPoints is RegistryMembers {
    using Checkpoints for Checkpoints.Trace256;

    struct Participation {
        MemberIndex member;
        uint16 group;
        Direction direction;
        Source source;
        uint16 ordinal; // the point's first participation is 1; 0: never one
        uint64 from;
        uint64 to; // OPEN while it runs
    }

    /// The columns that one settlement can carry.
    uint256 public constant MAX_COLUMNS = 250;
    /// Points ever added; a bound on what reading a roster costs.
    uint256 public constant MAX_POINTS = 1000;
    /// How far ahead a participation may be entered.
    uint64 public constant MAX_AHEAD = 366 days;

    uint64 private constant OPEN = type(uint64).max;

    uint16 public override pointCount;
    uint64 public override frozenUntil;
    mapping(PointIndex => Participation) private _last;
    mapping(PointIndex => mapping(uint16 ordinal => Participation)) private _earlier;
    mapping(PointIndex => bytes32) private _pointIds;
    mapping(bytes32 pointId => bool) private _pointIdTaken;
    mapping(MemberIndex => PointIndex[]) private _pointsOf;
    mapping(MemberIndex => uint16) private _openProductions;
    mapping(uint256 block256 => Checkpoints.Trace256) private _producers;

    function addPoint(
        bytes32 pointId,
        Direction direction,
        Source source
    ) external override onlyProvider returns (PointIndex point) {
        if ((direction == Direction.CONSUMPTION) != (source == Source.NONE)) {
            revert RegistrySourceUnfit(direction, source);
        }
        if (pointCount == MAX_POINTS) revert RegistryTooManyPoints(MAX_POINTS);
        point = PointIndex.wrap(pointCount++);
        _last[point].direction = direction;
        _last[point].source = source;
        _nameAnew(point, pointId);
        emit PointAdded(point, pointId, direction, source);
    }

    function openParticipation(
        PointIndex point,
        MemberIndex member,
        uint16 group,
        uint64 from,
        bytes32 pointId
    ) external override onlyProvider {
        _activeMember(member);
        Participation memory last = _lastOf(point);
        if (last.direction == Direction.CONSUMPTION && group == 0) revert RegistryGroupZero(point);
        if (last.to == OPEN) revert RegistryParticipationOpen(point);
        uint64 earliest = last.to > frozenUntil ? last.to : frozenUntil;
        if (from < earliest) revert RegistryTooEarly(from, earliest);
        uint64 latest = uint64(block.timestamp) + MAX_AHEAD;
        if (from > latest) revert RegistryTooLate(from, latest);

        bool sameOwner = last.ordinal == 0 || MemberIndex.unwrap(last.member) == MemberIndex.unwrap(member);
        if (!sameOwner || pointId != _pointIds[point]) _nameAnew(point, pointId);
        if (last.ordinal != 0) _earlier[point][last.ordinal] = last;
        _last[point] = Participation(member, group, last.direction, last.source, last.ordinal + 1, from, OPEN);
        _remember(member, point);
        if (last.direction == Direction.PRODUCTION && _openProductions[member]++ == 0) _markProducer(member, true);
        emit ParticipationOpened(point, member, group, from, pointId);
    }

    function closeParticipation(PointIndex point, uint64 to) external override onlyProvider {
        Participation memory last = _lastOf(point);
        if (last.ordinal == 0) revert RegistryParticipationUnknown(point);
        if (to >= last.to) revert RegistryParticipationEnds(point, last.to);
        uint64 earliest = last.from > frozenUntil ? last.from : frozenUntil;
        if (to < earliest) revert RegistryTooEarly(to, earliest);
        _last[point].to = to;
        bool endsProduction = last.direction == Direction.PRODUCTION && last.to == OPEN;
        if (endsProduction && --_openProductions[last.member] == 0) _markProducer(last.member, false);
        emit ParticipationClosed(point, last.member, to);
    }

    function freezeRoster(
        PeriodId period,
        uint64 start,
        uint64 end
    ) external override returns (bytes32 rosterHash, uint16 columns, MemberIndex highestMember) {
        if (msg.sender != meterData) revert RegistryUnauthorised(msg.sender);
        Column[] memory roster = rosterOf(start, end);
        if (roster.length == 0) revert RegistryRosterEmpty(start, end);
        if (end > frozenUntil) frozenUntil = end;
        for (uint256 i; i < roster.length; ++i) {
            MemberIndex member = roster[i].member;
            if (MemberIndex.unwrap(member) > MemberIndex.unwrap(highestMember)) highestMember = member;
        }
        rosterHash = keccak256(abi.encode(roster));
        columns = uint16(roster.length);
        emit RosterFrozen(period, rosterHash, columns);
    }

    function pointOf(PointIndex point) external view override returns (bytes32, Direction, Source) {
        Participation memory last = _lastOf(point);
        return (_pointIds[point], last.direction, last.source);
    }

    function rosterOf(uint64 start, uint64 end) public view override returns (Column[] memory roster) {
        uint256 columns = _collect(start, end, new Column[](0));
        if (columns > MAX_COLUMNS) revert RegistryTooManyColumns(columns, MAX_COLUMNS);
        roster = new Column[](columns);
        _collect(start, end, roster);
    }

    function producersAt(uint256 block256, uint256 timepoint) external view override returns (uint256) {
        if (timepoint >= clock()) revert RegistryFutureLookup(timepoint, clock());
        return _producers[block256].upperLookupRecent(timepoint);
    }

    function participatesUntil(MemberIndex member) public view override returns (uint64 until) {
        PointIndex[] storage points = _pointsOf[member];
        for (uint256 i; i < points.length; ++i) {
            Participation memory theirs = _last[points[i]];
            while (MemberIndex.unwrap(theirs.member) != MemberIndex.unwrap(member)) {
                theirs = _earlier[points[i]][theirs.ordinal - 1];
            }
            if (theirs.to > until) until = theirs.to;
        }
    }

    /// Count the columns of [start, end); fill `roster` with them if it has their length. Points and participations
    /// are walked from the last to the first, so the roster is filled from its end.
    function _collect(uint64 start, uint64 end, Column[] memory roster) private view returns (uint256 columns) {
        for (uint256 i = pointCount; i > 0; --i) {
            PointIndex point = PointIndex.wrap(uint16(i - 1));
            Participation memory each = _last[point];
            while (each.to > start) {
                uint64 from = each.from > start ? each.from : start;
                uint64 to = each.to < end ? each.to : end;
                if (from < to) {
                    ++columns;
                    if (roster.length != 0) {
                        roster[roster.length - columns] = Column(
                            point,
                            each.member,
                            each.group,
                            each.direction,
                            each.source,
                            from,
                            to
                        );
                    }
                }
                if (each.ordinal == 1) break;
                each = _earlier[point][each.ordinal - 1];
            }
        }
    }

    function _lastOf(PointIndex point) private view returns (Participation memory) {
        if (PointIndex.unwrap(point) >= pointCount) revert RegistryPointUnknown(point);
        return _last[point];
    }

    /// Dated by the entry, not by the participation's bounds, which may lie in the past: what was so at a past second
    /// stays so.
    function _markProducer(MemberIndex member, bool isProducer) private {
        uint256 index = MemberIndex.unwrap(member);
        Checkpoints.Trace256 storage trace = _producers[index / 256];
        uint256 mark = 1 << (index % 256);
        trace.push(clock(), isProducer ? trace.latest() | mark : trace.latest() & ~mark);
    }

    function _nameAnew(PointIndex point, bytes32 pointId) private {
        if (pointId == 0) revert RegistryPointIdZero();
        if (_pointIdTaken[pointId]) revert RegistryPointIdTaken(pointId);
        _pointIdTaken[pointId] = true;
        _pointIds[point] = pointId;
    }

    function _remember(MemberIndex member, PointIndex point) private {
        PointIndex[] storage points = _pointsOf[member];
        for (uint256 i; i < points.length; ++i) {
            if (PointIndex.unwrap(points[i]) == PointIndex.unwrap(point)) return;
        }
        points.push(point);
    }
}
