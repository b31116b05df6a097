// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {AllocationKey, Direction, PointIndex, Rule, Stage} from "./Types.sol";

/**
 * What makes an allocation key one that a period can be shared by. `offchain_worker/domain/key.py` refuses the same keys
 * for the same reasons, in the same order; `tests/vectors/key.json` holds cases for both. Stages count from 0.
 */
library KeyRules {
    /// @notice The key asks for something this version does not share by; `what` names the field.
    error KeyNotSupported(string what);
    /// @notice A key has one stage at least.
    error KeyNoStages();
    /// @notice A stage serves a group or points, not both.
    error KeyGroupAndPoints(uint256 stage);
    /// @notice A point stands twice in one stage.
    error KeyPointRepeated(uint256 stage, PointIndex point);
    /// @notice Only STATIC takes weights.
    error KeyWeightsNotAllowed(uint256 stage);
    /// @notice STATIC needs points.
    error KeyPointsMissing(uint256 stage);
    /// @notice STATIC needs one weight a point.
    error KeyLengthsDiffer(uint256 stage, uint256 points, uint256 weights);
    /// @notice A weight is more than all of the production.
    error KeyWeightTooLarge(uint256 stage, PointIndex point, uint32 weight);
    /// @notice The weights of a stage are together more than all of the production.
    error KeyWeightsSumTooLarge(uint256 stage, uint256 sum);
    /// @notice The registry has no such point.
    error KeyPointUnknown(uint256 stage, PointIndex point);
    /// @notice The point produces; it cannot be served.
    error KeyPointNotConsuming(uint256 stage, PointIndex point);

    uint256 internal constant PPM = 1_000_000;

    /// Revert unless `key` is valid by itself and names consumption points of `registry` only.
    function check(AllocationKey memory key, ICommunityRegistry registry) internal view {
        if (key.perProducer) revert KeyNotSupported("perProducer");
        if (!key.selfSharing) revert KeyNotSupported("selfSharing");
        if (key.coefficientDecimals != 0) revert KeyNotSupported("coefficientDecimals");
        if (key.committer != address(0)) revert KeyNotSupported("committer");
        if (key.stages.length == 0) revert KeyNoStages();
        for (uint256 i; i < key.stages.length; ++i) _checkStage(i, key.stages[i]);
        uint16 pointCount = registry.pointCount();
        for (uint256 i; i < key.stages.length; ++i) _checkPoints(i, key.stages[i].points, pointCount, registry);
    }

    function _checkStage(uint256 at, Stage memory stage) private pure {
        if (stage.producers.length != 0) revert KeyNotSupported("producers");
        if (stage.group != 0 && stage.points.length != 0) revert KeyGroupAndPoints(at);
        _checkDistinct(at, stage.points);
        if (stage.rule != Rule.STATIC) {
            if (stage.weights.length != 0) revert KeyWeightsNotAllowed(at);
            return;
        }
        if (stage.points.length == 0) revert KeyPointsMissing(at);
        if (stage.points.length != stage.weights.length) {
            revert KeyLengthsDiffer(at, stage.points.length, stage.weights.length);
        }
        uint256 sum;
        for (uint256 i; i < stage.weights.length; ++i) {
            if (stage.weights[i] > PPM) revert KeyWeightTooLarge(at, stage.points[i], stage.weights[i]);
            sum += stage.weights[i];
        }
        if (sum > PPM) revert KeyWeightsSumTooLarge(at, sum);
    }

    function _checkDistinct(uint256 at, PointIndex[] memory points) private pure {
        if (points.length < 2) return;
        uint256[] memory seen = new uint256[](256); // one bit for each possible index
        for (uint256 i; i < points.length; ++i) {
            uint256 point = PointIndex.unwrap(points[i]);
            uint256 bit = 1 << (point & 0xff);
            if (seen[point >> 8] & bit != 0) revert KeyPointRepeated(at, points[i]);
            seen[point >> 8] |= bit;
        }
    }

    function _checkPoints(
        uint256 at,
        PointIndex[] memory points,
        uint16 pointCount,
        ICommunityRegistry registry
    ) private view {
        for (uint256 i; i < points.length; ++i) {
            if (PointIndex.unwrap(points[i]) >= pointCount) revert KeyPointUnknown(at, points[i]);
            (, Direction direction, ) = registry.pointOf(points[i]);
            if (direction != Direction.CONSUMPTION) revert KeyPointNotConsuming(at, points[i]);
        }
    }
}
