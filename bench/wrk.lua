-- Sends the requests of a file in order, and from the start again when it is through.
-- They are made beforehand, so that to send one costs the driver the same whatever it asks.
--
--   wrk … -s wrk.lua ADDRESS -- FILE [PATH [PAUSE]]
--
-- With a PATH other than "", all ask for that. With a PAUSE, each connection rests so many ms between an answer and its
-- next request.

local requests = {}
local at = 0

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  local path = arguments[2]
  local pause = tonumber(arguments[3])
  for request in file:read("*a"):gmatch("[^%z]+") do
    if path and path ~= "" then
      request = request:gsub("^(%S+) %S+", "%1 " .. path, 1)
    end
    requests[#requests + 1] = request
  end
  file:close()
  if pause then
    function delay() return pause end
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p50": %d, "p99": %d}',
    summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
