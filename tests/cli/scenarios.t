# Every shipped scenario is accepted, and the first one runs as its header says.

$ for file in scenarios/*.lua; do hanse check "$file" >/dev/null || echo "$file"; done

$ hanse check scenarios/baltic-supply-stop.lua | grep -c "restriction.stop.to .* 35040 h"
4

$ hanse run scenarios/first-steps.lua --replications 4 -q -o first.h5 | head -1
First steps

$ hanse run scenarios/first-steps.lua --replications 4 -q -o more.h5 --set group.hall/gpu.count=24 | head -1
First steps
