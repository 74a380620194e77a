-- Removes records.
-- KEYS: the org's numbers, then what is removed.
for i = 2, #KEYS do
  redis.call('DEL', KEYS[i])
  redis.call('HDEL', KEYS[1], 'bytes:' .. KEYS[i])
end
redis.call('HINCRBY', KEYS[1], 'settings', 1)
local revision = redis.call('HINCRBY', KEYS[1], 'org', 1)
redis.call('HSET', KEYS[1], 'org_changes', revision)
return revision
