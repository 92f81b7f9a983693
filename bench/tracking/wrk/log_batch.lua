-- runs/log-batch. Arguments: run ids (comma-separated), number of metric keys, number of steps of each key.
dofile(debug.getinfo(1, "S").source:match("^@(.*/)") .. "common.lua")

local runs, metrics

-- The text of all metrics is made once; a request only puts its own number into every step and value.
function init(args)
  runs = split(args[1])
  local parts = {}
  for key = 0, tonumber(args[2]) - 1 do
    for step = 0, tonumber(args[3]) - 1 do
      parts[#parts + 1] = string.format(
        '{"key":"metric_%d","value":@.%03d,"timestamp":1700000000000,"step":@%03d}', key, step, step)
    end
  end
  metrics = table.concat(parts, ",")
end

function request()
  local body = '{"run_id":"' .. runs[sent % #runs + 1] .. '","metrics":['
    .. metrics:gsub("@", string.format("%d", next_number())) .. "]}"
  return wrk.format("POST", "/api/2.0/mlflow/runs/log-batch", nil, body)
end
