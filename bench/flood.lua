-- Sends the requests of a file at a steady pace, whatever becomes of them, and counts the answers by their status.
--
--   wrk … -t1 -s flood.lua ADDRESS -- FILE PER_SECOND
--
-- What is due while each connection waits for an answer is sent late; what was held up for longer than a second, never.

local ffi = require("ffi")
ffi.cdef("typedef struct { long s; long us; } moment; int gettimeofday(moment *, void *);")
local moment = ffi.new("moment")
local requests = {}
local at = 0
local pause_ms
local due_ms
local driver

statuses = {}

local function now_ms()
  ffi.C.gettimeofday(moment, nil)
  return tonumber(moment.s) * 1e3 + tonumber(moment.us) / 1e3
end

function setup(thread)
  driver = thread
end

function init(arguments)
  local file = assert(io.open(arguments[1], "rb"))
  for request in file:read("*a"):gmatch("[^%z]+") do
    requests[#requests + 1] = request
  end
  file:close()
  pause_ms = 1e3 / tonumber(arguments[2])
  due_ms = now_ms()
end

function delay()
  local now = now_ms()
  due_ms = math.max(due_ms + pause_ms, now - 1e3)
  return math.max(0, due_ms - now)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function response(status)
  local name = tostring(status)
  statuses[name] = (statuses[name] or 0) + 1
end

function done(summary)
  local told = {}
  for name, times in pairs(driver:get("statuses")) do
    told[#told + 1] = string.format('"%s": %d', name, times)
  end
  local errors = summary.errors
  print(string.format(
    '{"microseconds": %d, "broken": %d, "statuses": {%s}}',
    summary.duration, errors.connect + errors.read + errors.write, table.concat(told, ", ")))
end
