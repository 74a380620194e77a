-- Stores changed rows of the org, unless another server has changed it.
-- KEYS: the org's numbers, the rows.
-- ARGV: the expected revision of the org; then two for each row: its key, and the row ("": it is removed).
-- Returns the next revision, or -1 if the org has another one.
if tonumber(redis.call('HGET', KEYS[1], 'org') or 0) ~= tonumber(ARGV[1]) then
  return -1
end
for i = 2, #ARGV, 2 do
  if ARGV[i + 1] == '' then
    redis.call('HDEL', KEYS[2], ARGV[i])
  else
    redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1])
  end
end
return redis.call('HINCRBY', KEYS[1], 'org', 1)
