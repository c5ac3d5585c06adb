# What each shock took from everybody: on the terminal and on the page, only of shocks that came,
# and against the baseline where that is without the shock: a cap above all orders takes nothing.

$ hanse run scenarios/island-state.lua -n 3 -q -o island.h5 | sed -n '/^the worst week$/,/^eastern/s/\.*[0-9]* ±.*//p' | tr -s ' '
 half at home, two cables 1 44
 a protected route 1 44
 all at home, own power 1 
 without its own power 1 100
 rent everything 1 88

$ grep -c '<h2>What each shock took</h2>' island.html
1

$ hanse run scenarios/baltic-supply-stop.lua -n 2 -q -o baltic.h5 | grep -A1 '^tier-2 cap of January' | tail -1 | tr -s ' '
 tier-2 cap of 2025 1* 0 ± 0 0 ± 0 0 ± 0 0 ± 0

$ hanse run scenarios/first-steps.lua -n 2 -q -o first.h5 | grep -c 'each shock'
0
[exit 1]
