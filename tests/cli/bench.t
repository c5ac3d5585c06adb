# The engine's own speed: figures in one shape, checked models, slips.

$ hanse bench mm1 jackson --quick --repetitions 1 --format json | sed -E 's/: -?[0-9][0-9.e+-]*/: N/g'
[
{"name": "M/M/1, C handlers", "n": N, "value": N, "unit": "million customers/s", "low": N, "high": N},
{"name": "M/M/1 / bare list", "n": N, "value": N, "unit": "1", "low": N, "high": N},
{"name": "cost of tracing that is off", "n": N, "value": N, "unit": "ns", "low": N, "high": N},
{"name": "Jackson network, C handlers", "n": N, "value": N, "unit": "million services/s", "low": N, "high": N},
{"name": "Jackson network / bare list", "n": N, "value": N, "unit": "1", "low": N, "high": N}
]

$ hanse bench phold streams --quick -r 2 | cut -c1-30
figure                        
PHOLD                         
PHOLD / bare list             
variate, 32 bits              
variate, uniform              
variate, uniform, stateless   
variate, exponential          
variate, exponential, inversio
variate, normal               
variate, normal, inversion    
variate, gamma(2.5)           
variate, Weibull(1.5)         
variate, lognormal            

$ hanse bench calendar --pending 100 -r 1 | cut -c1-50 | grep -e cost -e / -e bare | grep -v 'ladder / heap'
hold, bare list                                   
hold, exponential / bare list                     
cost of ties                                      
cost of handles                                   
cost of handles, fetched ahead                    
hold, 50 % cancelled / exponential                
hold, 50 % moved / exponential                    
hold, 50 % cancelled, fetched ahead / exponential 
hold, 50 % moved, fetched ahead / exponential     

$ hanse bench lua --quick -r 1 | cut -c1-29
figure                       
Lua M/M/1, two processes and 
Lua M/M/1, a process per cust
Lua Jackson network, handlers
Lua, 10^5 processes that hold

$ hanse bench ensemble --quick -r 2 | cut -c1-30
figure                        
ensemble, threads             
ensemble, threads to processes

$ hanse bench nation --quick -r 1 | cut -c1-24
figure                  
nation, one core        
nation, events          
nation, a site          
nation, a device        

$ hanse bench replay --quick -r 1 | cut -c1-30
figure                        
replay fcfs                   
replay sjf                    
replay easy                   
replay easy-sjbf              
replay conservative           
replay priority               
passes of easy, in C          
passes of easy, in Lua        
replay easy, load 0.5         
replay conservative, load 0.5 
replay easy, load 0.6         
replay conservative, load 0.6 
replay easy, load 0.7         
replay conservative, load 0.7 
replay easy, load 0.8         
replay conservative, load 0.8 
replay easy, load 0.9         
replay conservative, load 0.9 
replay easy, load 0.95        
replay conservative, load 0.95
replay easy, by length        

$ hanse bench calender
hanse bench: no part 'calender', did you mean 'calendar'?
Try 'hanse bench --help'.
[exit 2]

$ hanse bench mm1 -r 0
hanse bench: --repetitions: must be 1 to 99, got 0
Try 'hanse bench --help'.
[exit 2]
