# Odd but legal logs are the same log, and what is none is told with its line.

$ grep -v '^;' tests/cli/good/five.swf | tr -s ' ' >bare.swf; hanse replay bare.swf --procs 4 -q --csv want.csv >/dev/null; wc -l <want.csv
6

$ printf '; MaxNodes: 4\n' | cat - bare.swf >nodes.swf; printf '\xef\xbb\xbf;MaxProcs:4\n' | cat - bare.swf >mark.swf; printf '; MaxNodes: 2\r\n; MaxProcs: 4 (cores)\r\n' | cat - bare.swf | sed 's/$/\r/; s/\r\r/\r/; s/ /\t/g' >tabs.swf; printf '; MaxProcs: 4\n' | cat - bare.swf | sed 'a ; between\n\n  \t' | sed '1!s/^\([0-9]\)/   \1/' >gaps.swf; printf '; MaxProcs: 4\n' | cat - bare.swf | head -c -1 >open.swf; sed 's/^\([0-9]* [0-9]*\) /\1.0 /; 1i ; MaxProcs: 4' bare.swf >float.swf; (printf '; MaxProcs: 4\n' | gzip; gzip -c bare.swf) >members.swf.gz
$ for f in nodes.swf mark.swf tabs.swf gaps.swf open.swf float.swf members.swf.gz; do hanse replay $f -q --csv got.csv | grep ^processors; cmp want.csv got.csv; done
processors            4, MaxNodes of its header
processors            4, MaxProcs of its header
processors            4, MaxProcs of its header
processors            4, MaxProcs of its header
processors            4, MaxProcs of its header
processors            4, MaxProcs of its header
processors            4, MaxProcs of its header

$ hanse replay bare.swf
bare.swf: its header has no MaxProcs, so say how large the machine is: --procs N
[exit 2]
$ cut -d' ' -f1-9 bare.swf >short.swf; hanse replay short.swf --procs 4
short.swf:1: job: must have 18 fields, got 9
[exit 2]
$ sed '3s/ / x/' bare.swf >word.swf; hanse replay word.swf --procs 4
word.swf:3: submit time (field 2): must be a number, got 'x...'
[exit 2]
$ sed '2s/^\([0-9]*\) [0-9]*/\1 99999999999999999999/' bare.swf >huge.swf; hanse replay huge.swf --procs 4
huge.swf:2: submit time (field 2): must be below 1e15 s, got '99999999999999999999'
[exit 2]
$ tac bare.swf >back.swf; hanse replay back.swf --procs 4
back.swf:2: submit time (field 2): must not fall, it was ... before; got ... (sort -s -n -k 2,2 puts a log in order)
[exit 2]
$ sort -s -n -k 2,2 back.swf >sorted.swf; hanse replay sorted.swf --procs 4 -q --csv got.csv >/dev/null; cut -d, -f3-9 want.csv | sort >want; cut -d, -f3-9 got.csv | sort | cmp - want
$ hanse replay tests/cli/good/five.swf --policy easy:depth=1
policy easy: no parameter 'depth'; there are none
[exit 2]
$ hanse replay tests/cli/good/five.swf --policy ''
policy: no policy ''; there are fcfs, sjf, easy, easy-sjbf, conservative and priority
[exit 2]
