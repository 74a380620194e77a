-- Reads the rows of the org that have changed since a revision.
-- KEYS: the org's numbers, its rows, and the revisions of those that have changed.
-- ARGV: the revision, and the largest number of rows that is read.
-- Returns the current revision, the keys, and the rows (nil: the row is not stored any more). The keys are nil if all rows have to be read.
local current, since = tonumber(redis.call('HGET', KEYS[1], 'org') or 0), tonumber(ARGV[1])
local complete = tonumber(redis.call('HGET', KEYS[1], 'org_changes') or 0)
if since < complete or since > current or redis.call('ZCOUNT', KEYS[3], '(' .. ARGV[1], '+inf') > tonumber(ARGV[2]) then
  return { current, false, {} }
end
local keys, rows = redis.call('ZRANGEBYSCORE', KEYS[3], '(' .. ARGV[1], '+inf'), {}
for i, key in ipairs(keys) do
  rows[i] = redis.call('HGET', KEYS[2], key)
end
return { current, keys, rows }
