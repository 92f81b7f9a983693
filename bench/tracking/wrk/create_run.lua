-- runs/create. Argument: experiment id.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "common.lua")

local BODY = '{"experiment_id":"%s","run_name":"run-%d","start_time":%d,"user_id":"bench","tags":['
  .. '{"key":"mlflow.user","value":"bench"},{"key":"mlflow.source.type","value":"LOCAL"},'
  .. '{"key":"mlflow.source.name","value":"train-%d.py"}]}'
local experiment

function init(args)
  experiment = args[1]
end

function request()
  local n = next_number()
  return wrk.format("POST", "/api/2.0/mlflow/runs/create", nil, BODY:format(experiment, n, 1700000000000 + n, n))
end
