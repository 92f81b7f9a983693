-- Shared by every load script: counts what was sent and what was acknowledged, and prints both as one line of JSON.
-- wrk gives each thread its own Lua state; `setup` and `done` run in a state of their own.

sent = 0           -- requests handed to wrk for sending
acknowledged = 0   -- answers with a 2xx status
refused = 0        -- answers with any other status
short = 0          -- 2xx answers with a body smaller than `least_bytes`
refusal = ""       -- the first answer that was not 2xx
least_bytes = 0
thread_id = 0      -- set by setup()

local STRIDE = 64  -- more than wrk ever has threads here
local threads = {}

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

function setup(thread)
  thread:set("thread_id", #threads)
  table.insert(threads, thread)
end

-- A number that no other request of this window has.
function next_number()
  sent = sent + 1
  return sent * STRIDE + thread_id
end

function split(text)
  local parts = {}
  for part in text:gmatch("[^,]+") do
    parts[#parts + 1] = part
  end
  return parts
end

function response(status, headers, body)
  if status >= 200 and status < 300 then
    acknowledged = acknowledged + 1
    if #body < least_bytes then
      short = short + 1
    end
  else
    refused = refused + 1
    if refusal == "" then
      refusal = status .. " " .. body:sub(1, 300)
    end
  end
end

local function quoted(text)
  return '"' .. text:gsub('[%c\\"\128-\255]', function(c) return string.format("\\u%04x", c:byte()) end) .. '"'
end

function done(summary, latency, requests)
  local total = {sent = 0, acknowledged = 0, refused = 0, short = 0}
  local first = ""
  for _, thread in ipairs(threads) do
    for name in pairs(total) do
      total[name] = total[name] + thread:get(name)
    end
    if first == "" then
      first = thread:get("refusal")
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '{"seconds":%.6f,"sent":%d,"acknowledged":%d,"refused":%d,"short":%d,"broken":%d,"timeouts":%d,'
      .. '"p50_ms":%.3f,"p99_ms":%.3f,"refusal":%s}\n',
    summary.duration / 1e6, total.sent, total.acknowledged, total.refused, total.short,
    errors.connect + errors.read + errors.write, errors.timeout,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, quoted(first)))
end
