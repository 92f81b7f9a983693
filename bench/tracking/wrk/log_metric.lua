-- runs/log-metric. Arguments: run ids (comma-separated), number of metric keys.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "common.lua")

local BODY = '{"run_id":"%s","key":"metric_%d","value":%d.25,"timestamp":%d,"step":%d}'
local runs, keys

function init(args)
  runs, keys = split(args[1]), tonumber(args[2])
end

function request()
  local n = next_number()
  local body = BODY:format(runs[sent % #runs + 1], math.floor(sent / #runs) % keys, n, 1700000000000 + n, n)
  return wrk.format("POST", "/api/2.0/mlflow/runs/log-metric", nil, body)
end
