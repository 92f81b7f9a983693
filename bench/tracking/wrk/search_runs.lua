-- runs/search. Arguments: experiment id, filter, order, bytes that an answer has at least.
-- A `%f` in the filter becomes a threshold from 0.2 to 0.3 that changes with each request.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "common.lua")

local head, filter, tail

function init(args)
  head = '{"experiment_ids":["' .. args[1] .. '"],"max_results":100,"filter":"'
  filter = args[2]
  tail = '","order_by":["' .. args[3] .. '"]}'
  least_bytes = tonumber(args[4])
end

function request()
  local threshold = 0.2 + next_number() % 99991 / 1e6
  return wrk.format("POST", "/api/2.0/mlflow/runs/search", nil, head .. filter:format(threshold) .. tail)
end
