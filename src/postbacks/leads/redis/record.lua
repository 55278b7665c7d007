-- The rules of src/postbacks/leads/record.rs, as a script that is atomic and uses the server's
-- clock. Change both together.
-- KEYS[1]: the lead. ARGV: operation, ticket, lease and time to keep, in whole milliseconds.
-- The key holds `done`, or the ticket, the end of the turn, and whether it is the first.
local op, ticket, lease, keep = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4]
local held = redis.call('GET', KEYS[1])
local owner, ends, begun = string.match(held or '', '^(%d+) (%d+) (%a+)$')

if op == 'commit' then
  redis.call('SET', KEYS[1], 'done', 'PX', keep)
  if owner and owner ~= ticket then return 'taken over' end
  return 'done'
end

if held == 'done' then return 'done' end
-- The same question again, over a new connection.
if owner == ticket then return begun end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
ends = tonumber(ends)
-- A turn that ends further away than two leases is from before the clock was set back.
if ends and now < ends and ends <= now + 2 * lease then return 'busy' end
begun = held and 'again' or 'first'
redis.call('SET', KEYS[1], string.format('%s %.0f %s', ticket, now + lease, begun), 'PX', keep)
return begun
