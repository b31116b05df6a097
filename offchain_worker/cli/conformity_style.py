"""How the conformity page looks: one column, readable on a phone and on paper, light and dark."""

from __future__ import annotations

from typing import Final

STYLE: Final = """
:root{--ink:#1b2733;--soft:#5b6875;--line:#d9dfe5;--paper:#fff;--ground:#f4f6f8;--power:#3d7ea6;--error:#b3261e;
--warning:#8a5a00;--info:#4a5866;--missing:#b3261e;--estimated:#d99a1c;--repaired:#7b4fb5;--good:#1f7a4d}
@media (prefers-color-scheme:dark){:root{--ink:#e6ebf0;--soft:#9aa7b4;--line:#33404c;--paper:#1a232c;--ground:#11181f;
--power:#6fb1d8;--error:#ff8a80;--warning:#f0b849;--info:#a9b6c2;--missing:#ff8a80;--estimated:#f0b849;
--repaired:#b794e6;--good:#6fcf97}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
header,details,section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:1rem 1.25rem;
margin:0 0 1rem}
header{border-top:6px solid var(--good)}header.repairable{border-top-color:var(--estimated)}
header.rejected{border-top-color:var(--error)}
h1{font-size:1rem;font-weight:500;color:var(--soft);margin:0}h2{font-size:1.05rem;margin:0 0 .5rem}
.verdict{font-size:1.5rem;font-weight:650;line-height:1.25;margin:.15rem 0 .35rem}
header p{margin:0 0 .5rem}
dl{display:flex;flex-wrap:wrap;gap:.5rem 2rem;margin:.75rem 0 0}dt{font-size:.8rem;color:var(--soft)}dd{margin:0}
summary{cursor:pointer;display:flex;flex-wrap:wrap;gap:.25rem .9rem;align-items:baseline}
summary strong{margin-left:auto;font-variant-numeric:tabular-nums}
.meter{font-weight:650;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
figure{margin:.75rem 0 .25rem}svg{display:block;width:100%;height:104px;background:var(--ground);border-radius:4px}
figcaption{font-size:.8rem;color:var(--soft);margin-top:.2rem;display:flex;flex-wrap:wrap;
justify-content:space-between;gap:0 1rem}
.power{fill:var(--power)}.missing{fill:var(--missing)}.estimated{fill:var(--estimated)}.repaired{fill:var(--repaired)}
.gap{fill:var(--missing);opacity:.16}
ul{list-style:none;margin:.5rem 0 0;padding:0}
.shares{display:flex;flex-wrap:wrap;gap:.1rem 1.2rem;font-size:.92rem}
.shares i{display:inline-block;width:.7rem;height:.7rem;border-radius:2px;margin-right:.4rem;background:var(--power)}
.shares .missing i{background:var(--missing)}.shares .estimated i{background:var(--estimated)}
.shares .repaired i{background:var(--repaired)}
.findings li{display:grid;grid-template-columns:7.5rem 1fr;gap:0 .75rem;padding:.5rem 0;border-top:1px solid var(--line)}
.findings b{font-size:.85rem;line-height:1.8;color:var(--info)}.findings .error b{color:var(--error)}
.findings .warning b{color:var(--warning)}
.findings span{min-width:0;overflow-wrap:anywhere}.findings small{display:block;color:var(--soft);font-size:.8rem}
.none,footer{color:var(--soft);font-size:.9rem}
@media (max-width:36rem){main{padding:.5rem}.findings li{grid-template-columns:1fr}summary strong{margin-left:0;
flex-basis:100%}figcaption span:nth-child(2){order:3;flex-basis:100%}}
@media print{body{background:none}header,details,section{break-inside:avoid}}
"""
