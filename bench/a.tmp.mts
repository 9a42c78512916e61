import { HttpClient, httpLoad, post } from "./load/http-load.ts";
import { digests } from "./data.ts";
import { cpuTimeOfTree, residentMib } from "./measure/cpu-time.ts";
const port=Number(process.argv[2]); const pid=Number(process.argv[3]);
const c=new HttpClient(port); const dels:any[]=[];
for(let i=0;i<200;i++){ await c.send(post("/register",[],"")); dels.push(JSON.parse(c.body)); }
let n=0; 
const upd=(k:number)=>{ n++; const d=dels[n%dels.length]; return post("/update",[`X-Api-User: ${d.username}`,`X-Api-Key: ${d.password}`],JSON.stringify({subdomain:d.subdomain,txt:digests(n)[0]})); };
for(let r=0;r<3;r++){ let c0=cpuTimeOfTree(pid); const u=await httpLoad({port,connections:16,seconds:3,next:upd,status:200}); console.log("update/s",(u.responses/u.seconds).toFixed(0),"p50",u.p50.toFixed(2),"p99",u.p99.toFixed(2),"wrong",u.wrong,"cpu us",((cpuTimeOfTree(pid)-c0)/1000/u.responses).toFixed(0));
c0=cpuTimeOfTree(pid); const g=await httpLoad({port,connections:16,seconds:3,next:()=>post("/register",[],""),status:201}); console.log("register/s",(g.responses/g.seconds).toFixed(0),"p50",g.p50.toFixed(2),"p99",g.p99.toFixed(2),"wrong",g.wrong,"cpu us",((cpuTimeOfTree(pid)-c0)/1000/g.responses).toFixed(0)); }
console.log("rss",residentMib(pid).toFixed(0)); process.exit(0);
