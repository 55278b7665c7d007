-- The rules of src/rate_limits/ledger.rs, as a script that is atomic and uses the server's clock.
-- Change both together. What ledger.rs calls slots is named `claims` here and in the stored JSON.
-- KEYS[1]: the lane. ARGV: operation, ticket, interval, longest wait or length of the deferral.
-- Times are whole milliseconds. Returns {1 if the ticket holds a slot, wait}.
local op, ticket, interval, span = ARGV[1], ARGV[2], tonumber(ARGV[3]), tonumber(ARGV[4])
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

local function is_ledger(value)
  if type(value) ~= 'table' or type(value.claims) ~= 'table' then return false end
  if type(value.floor) ~= 'number' or type(value.seen) ~= 'number' then return false end
  for _, claim in ipairs(value.claims) do
    if type(claim) ~= 'table' or type(claim.at) ~= 'number' or type(claim['until']) ~= 'number' then return false end
  end
  return true
end

local ledger
local text = redis.call('GET', KEYS[1])
if text then
  local whole, value = pcall(cjson.decode, text)
  -- A ledger that cannot be read counts as just used.
  ledger = whole and is_ledger(value) and value or { floor = now + interval, claims = {} }
else
  ledger = { floor = 0, claims = {} }
  -- A server that has just started may have lost earlier calls: its start counts as one.
  local told, info = pcall(redis.call, 'INFO', 'server')
  local up = told and type(info) == 'string' and tonumber(string.match(info, 'uptime_in_seconds:(%d+)'))
  if up and up * 1000 < interval then
    ledger.floor = now - up * 1000 + interval
  end
end
local claims = ledger.claims

-- The server's clock was set back. All times move with it, so that no caller waits longer than
-- it had to before.
if ledger.seen and ledger.seen > now then
  local back = ledger.seen - now
  ledger.floor = math.max(0, ledger.floor - back)
  for _, claim in ipairs(claims) do
    claim.at = claim.at - back
    claim['until'] = claim['until'] - back
  end
end

-- Remove the slots whose interval is over.
for i = #claims, 1, -1 do
  if claims[i]['until'] <= now then table.remove(claims, i) end
end

local function next_free()
  local last = claims[#claims]
  return last and math.max(ledger.floor, last['until']) or ledger.floor
end

local function settle()
  local earliest = ledger.floor
  for _, claim in ipairs(claims) do
    if claim.started == 0 and claim.at < earliest then
      claim['until'] = claim['until'] + earliest - claim.at
      claim.at = earliest
    end
    earliest = math.max(earliest, claim['until'])
  end
end

local held, wait = 0, nil
local found
for i, claim in ipairs(claims) do
  if claim.ticket == ticket then found = i end
end

if op == 'take' then
  local at = math.max(now, found and math.max(claims[found].at, ledger.floor) or next_free())
  if at - now > span then
    if found then table.remove(claims, found) end
  else
    held, wait = 1, at - now
    if interval > 0 then
      claims[found or #claims + 1] =
        { ticket = ticket, at = at, ['until'] = at + interval, started = (at == now) and 1 or 0 }
      settle()
    end
  end
elseif op == 'back' then
  if found then table.remove(claims, found) end
elseif op == 'defer' then
  ledger.floor = math.max(ledger.floor, now + math.min(span, 3600000))
  settle()
end

wait = wait or math.max(0, next_free() - now)
-- A lane that was never used and is free needs no key. A lane that is free again does: the key says
-- so.
if op ~= 'peek' and (text or next_free() > now) then
  ledger.seen = now
  -- The key is kept a minute longer than needed, because keys expire by a different clock.
  redis.call('SET', KEYS[1], cjson.encode(ledger), 'PX', math.max(0, next_free() - now) + 60000)
end
return { held, wait }
