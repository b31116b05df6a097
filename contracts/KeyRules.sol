// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {ICommunityRegistry} from "../interfaces/ICommunityRegistry.sol";
import {AllocationKey, Direction, PointIndex, Rule, Stage} from "./Types.sol";

/**
 * What makes an allocation key one that a period can be shared by. `offchain_worker/domain/key.py` refuses the same keys
 * for the same reasons, in the same order; `tests/vectors/key.json` holds cases for both. Stages count from 0.
 */
library KeyRules {
    /// @notice In a pool nobody's energy is told apart: selfSharing false needs perProducer.
    error KeySelfSharingPooled();
    /// @notice Coefficients have `MAX_DECIMALS` decimals at most.
    error KeyDecimalsTooLarge(uint8 decimals);
    /// @notice A TABLE stage needs a committer, who gives its rows.
    error KeyCommitterMissing();
    /// @notice A committer has nothing to commit without a TABLE stage.
    error KeyCommitterUnused(address committer);
    /// @notice A stage names producers only in a key per producer.
    error KeyProducersPooled(uint256 stage);
    /// @notice A producer stands twice in one stage.
    error KeyProducerRepeated(uint256 stage, PointIndex producer);
    /// @notice The registry has no such producer.
    error KeyProducerUnknown(uint256 stage, PointIndex producer);
    /// @notice The point consumes; it is no producer.
    error KeyProducerNotProducing(uint256 stage, PointIndex producer);
    /// @notice The rule is of a key of one stage, per producer, without self-sharing, coefficients and named producers.
    error KeyRuleNotAlone(uint256 stage);
    /// @notice A key has one stage at least.
    error KeyNoStages();
    /// @notice A stage serves a group or points, not both.
    error KeyGroupAndPoints(uint256 stage);
    /// @notice A point stands twice in one stage.
    error KeyPointRepeated(uint256 stage, PointIndex point);
    /// @notice The rule takes no weights.
    error KeyWeightsNotAllowed(uint256 stage);
    /// @notice The rule needs points.
    error KeyPointsMissing(uint256 stage);
    /// @notice The rule needs one weight a point.
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
    uint8 internal constant MAX_DECIMALS = 18;

    /// Revert unless `key` is valid by itself and names consumption points of `registry` only.
    function check(AllocationKey memory key, ICommunityRegistry registry) internal view {
        if (!key.selfSharing && !key.perProducer) revert KeySelfSharingPooled();
        if (key.coefficientDecimals > MAX_DECIMALS) revert KeyDecimalsTooLarge(key.coefficientDecimals);
        if (key.stages.length == 0) revert KeyNoStages();
        bool table;
        for (uint256 i; i < key.stages.length; ++i) {
            Stage memory stage = key.stages[i];
            _checkStage(i, stage, key.perProducer);
            if (stage.rule >= Rule.VAST && !_standsAlone(key, stage)) revert KeyRuleNotAlone(i);
            if (stage.rule == Rule.TABLE) table = true;
        }
        if (table && key.committer == address(0)) revert KeyCommitterMissing();
        if (!table && key.committer != address(0)) revert KeyCommitterUnused(key.committer);
        uint16 pointCount = registry.pointCount();
        for (uint256 i; i < key.stages.length; ++i) _checkPoints(i, key.stages[i], pointCount, registry);
    }

    function _standsAlone(AllocationKey memory key, Stage memory stage) private pure returns (bool) {
        return
            key.perProducer &&
            !key.selfSharing &&
            key.coefficientDecimals == 0 &&
            key.stages.length == 1 &&
            stage.producers.length == 0;
    }

    function _checkStage(uint256 at, Stage memory stage, bool perProducer) private pure {
        if (stage.producers.length != 0 && !perProducer) revert KeyProducersPooled(at);
        (bool repeated, PointIndex twice) = _repeated(stage.producers);
        if (repeated) revert KeyProducerRepeated(at, twice);
        if (stage.group != 0 && stage.points.length != 0) revert KeyGroupAndPoints(at);
        (repeated, twice) = _repeated(stage.points);
        if (repeated) revert KeyPointRepeated(at, twice);
        if (stage.rule == Rule.PRO_RATA || stage.rule == Rule.EGALITARIAN || stage.rule == Rule.TABLE) {
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
        if (sum > PPM && stage.rule != Rule.WEIGHTED) revert KeyWeightsSumTooLarge(at, sum);
    }

    function _repeated(PointIndex[] memory points) private pure returns (bool, PointIndex) {
        if (points.length < 2) return (false, PointIndex.wrap(0));
        uint256[] memory seen = new uint256[](256); // one bit for each possible index
        for (uint256 i; i < points.length; ++i) {
            uint256 point = PointIndex.unwrap(points[i]);
            uint256 bit = 1 << (point & 0xff);
            if (seen[point >> 8] & bit != 0) return (true, points[i]);
            seen[point >> 8] |= bit;
        }
        return (false, PointIndex.wrap(0));
    }

    function _checkPoints(uint256 at, Stage memory stage, uint16 pointCount, ICommunityRegistry registry) private view {
        for (uint256 i; i < stage.producers.length; ++i) {
            PointIndex producer = stage.producers[i];
            if (PointIndex.unwrap(producer) >= pointCount) revert KeyProducerUnknown(at, producer);
            (, Direction direction, ) = registry.pointOf(producer);
            if (direction != Direction.PRODUCTION) revert KeyProducerNotProducing(at, producer);
        }
        for (uint256 i; i < stage.points.length; ++i) {
            PointIndex point = stage.points[i];
            if (PointIndex.unwrap(point) >= pointCount) revert KeyPointUnknown(at, point);
            (, Direction direction, ) = registry.pointOf(point);
            if (direction != Direction.CONSUMPTION) revert KeyPointNotConsuming(at, point);
        }
    }
}
