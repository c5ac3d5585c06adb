# What a site is worth: figures with their intervals, a table, JSON with nothing else, and what
# is asked wrongly.

$ hanse credit scenarios/one-more-site.lua --site university1 --site hall -n 6 --seed 3 | grep -v '^ ' | cut -c1-26
unserved work             
hours with a loss of load 
days with a loss of load  
losses of load begun      
unserved share of demand  
worth of what is unserved 

site                      
university 1              
the data centre           

Credit: the share of its d
6 replications, paired. Cr

$ hanse credit scenarios/one-more-site.lua --site hall -n 4 --csv credit.csv --format json | head -3
{
 "by": "eue",
 "replications": 4,

$ head -1 credit.csv
site,devices,capacity_credit,share,share_ci_low,share_ci_high,eue_without,lolh_without,lole_without,lolev_without,neue_without,cost_unserved_without

$ cut -d, -f1,2 credit.csv | tail -1
hall,40

$ hanse credit scenarios/one-more-site.lua -t 1 -n 3 --site hall --by lolh >one; hanse credit scenarios/one-more-site.lua -t 2 -n 3 --site hall --by lolh | diff one -

$ hanse credit scenarios/one-more-site.lua --site hal
scenarios/one-more-site.lua: no site 'hal', did you mean 'hall'?
[exit 2]

$ hanse credit scenarios/one-more-site.lua --by ens
--by: must be eue, lolh or lole, got 'ens'
[exit 2]

$ hanse credit scenarios/one-more-site.lua -n 1
credit: replications must be at least 2, got 1
[exit 2]

$ hanse credit scenarios/one-more-site.lua --set site.hall.regin=x
...regin...
[exit 2]

$ hanse credit
hanse credit: needs SCENARIO.lua
Try 'hanse credit --help'.
[exit 2]
