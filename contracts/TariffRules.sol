// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {BandWindow, EnergyTax, MemberIndex, PointIndex, Price, Tariff, Vat} from "./Types.sol";

/**
 * What makes a tariff unambiguous: at most one price for a producer, group and band, one tax of a name and one VAT rate
 * on a base for an issuer, all within their bounds. `offchain_worker/domain/tariff.py` refuses the same tariffs. Rows
 * count from 0. Whether every sale has a price depends on the roster, so it is checked where rosters are.
 */
library TariffRules {
    /// @notice A tariff has 1 to 16 bands.
    error TariffBandsInvalid(uint8 bands);
    /// @notice A window names a band that is not there, no weekday, or no time of the day.
    error TariffWindowInvalid(uint256 window);
    /// @notice A price names a band that is not there.
    error TariffPriceBandUnknown(uint256 price, uint8 band);
    /// @notice A second price for the same producer, group and band.
    error TariffPriceRepeated(uint256 price, PointIndex producer, uint16 group, uint8 band);
    /// @notice A tax has a name of 1 to 64 bytes that is more than blanks.
    error TariffTaxNameInvalid(uint256 tax);
    /// @notice A second tax of the same name and issuer.
    error TariffTaxRepeated(uint256 tax, MemberIndex issuer, string name);
    /// @notice VAT names one base at least, of the three there are.
    error TariffVatBasesInvalid(uint256 vat, uint8 bases);
    /// @notice VAT of more than the amount itself.
    error TariffVatTooLarge(uint256 vat, uint32 ppm);
    /// @notice A second VAT rate of the same issuer on the same base.
    error TariffVatRepeated(uint256 vat, MemberIndex issuer, uint8 bases);

    uint256 internal constant MAX_BANDS = 16;
    uint256 internal constant MAX_TAX_NAME = 64;
    uint256 internal constant ALL_WEEKDAYS = 0x7f;
    uint256 internal constant ALL_BASES = 0x7;
    uint256 internal constant MINUTES_A_DAY = 1440;
    uint256 internal constant PPM = 1_000_000;

    /// Revert unless `tariff` is within its bounds and unambiguous.
    function check(Tariff memory tariff) internal pure {
        if (tariff.bands == 0 || tariff.bands > MAX_BANDS) revert TariffBandsInvalid(tariff.bands);
        _checkWindows(tariff.windows, tariff.bands);
        _checkPrices(tariff.prices, tariff.bands);
        _checkTaxes(tariff.taxes);
        _checkVats(tariff.vats);
    }

    function _checkWindows(BandWindow[] memory windows, uint8 bands) private pure {
        for (uint256 i; i < windows.length; ++i) {
            BandWindow memory window = windows[i];
            bool dayFits = window.weekdays != 0 && window.weekdays <= ALL_WEEKDAYS;
            bool timeFits = window.fromMinute < window.toMinute && window.toMinute <= MINUTES_A_DAY;
            if (window.band >= bands || !dayFits || !timeFits) revert TariffWindowInvalid(i);
        }
    }

    function _checkPrices(Price[] memory prices, uint8 bands) private pure {
        uint256[] memory places = new uint256[](prices.length);
        for (uint256 i; i < prices.length; ++i) {
            Price memory price = prices[i];
            if (price.band >= bands) revert TariffPriceBandUnknown(i, price.band);
            uint256 producer = PointIndex.unwrap(price.producer);
            places[i] = (producer << 24) | (uint256(price.group) << 8) | price.band;
            for (uint256 j; j < i; ++j) {
                if (places[j] == places[i]) revert TariffPriceRepeated(i, price.producer, price.group, price.band);
            }
        }
    }

    function _checkTaxes(EnergyTax[] memory taxes) private pure {
        bytes32[] memory names = new bytes32[](taxes.length);
        for (uint256 i; i < taxes.length; ++i) {
            EnergyTax memory tax = taxes[i];
            if (bytes(tax.name).length > MAX_TAX_NAME || _isBlank(bytes(tax.name))) revert TariffTaxNameInvalid(i);
            names[i] = keccak256(abi.encode(tax.issuer, tax.name));
            for (uint256 j; j < i; ++j) {
                if (names[j] == names[i]) revert TariffTaxRepeated(i, tax.issuer, tax.name);
            }
        }
    }

    function _checkVats(Vat[] memory vats) private pure {
        for (uint256 i; i < vats.length; ++i) {
            Vat memory vat = vats[i];
            if (vat.bases == 0 || vat.bases > ALL_BASES) revert TariffVatBasesInvalid(i, vat.bases);
            if (vat.ppm > PPM) revert TariffVatTooLarge(i, vat.ppm);
            for (uint256 j; j < i; ++j) {
                bool sameIssuer = MemberIndex.unwrap(vats[j].issuer) == MemberIndex.unwrap(vat.issuer);
                if (sameIssuer && vats[j].bases & vat.bases != 0) revert TariffVatRepeated(i, vat.issuer, vat.bases);
            }
        }
    }

    function _isBlank(bytes memory name) private pure returns (bool) {
        for (uint256 i; i < name.length; ++i) {
            bool blank = name[i] == 0x20 ||
                (name[i] >= 0x09 && name[i] <= 0x0d) ||
                (name[i] >= 0x1c && name[i] <= 0x1f);
            if (!blank) return false;
        }
        return true;
    }
}
