-- Puts staged records and rows of the org in the place of the current ones.
-- KEYS: the org's numbers; then two for each hash or sorted set: the current and the staged one.
-- ARGV: for each of these the size of the staged records in bytes, or "" for what has no bound.
-- Returns the next revision of the org.
for i = 2, #KEYS, 2 do
  local current, staged, bytes = KEYS[i], KEYS[i + 1], ARGV[i / 2]
  redis.call('UNLINK', current)
  if redis.call('EXISTS', staged) == 1 then
    redis.call('RENAME', staged, current)
    redis.call('PERSIST', current)
  end
  if bytes ~= '' then
    redis.call('HSET', KEYS[1], 'bytes:' .. current, bytes)
  end
end
redis.call('HINCRBY', KEYS[1], 'settings', 1)
local revision = redis.call('HINCRBY', KEYS[1], 'org', 1)
redis.call('HSET', KEYS[1], 'org_changes', revision)
return revision
