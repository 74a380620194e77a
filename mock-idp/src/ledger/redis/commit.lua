-- Writes records and rows of the org, all or none.
-- KEYS: the org's numbers, its rows, and the revisions of those that have changed; then for each table its records and their expiries.
-- ARGV: the time; records that have expired by the second time are removed; "1" if processes keep a copy of what is written; the
-- expected revision of the org ("": the org stays as it is) and the number of rows; then two for each row: its key, and the row ("": it
-- is removed); then eight for each write: table, key, expected version ("*": any, "": no record), change, expiry, record, and the bound
-- of the table in records and bytes. The changes are "put", "delete", "keep", and "extend": a put that expires no earlier than the record
-- that is there. The last two need a record that has not expired.
-- Returns the version of the records that are put, 0 if the org has another revision, or minus the number of the table with another
-- version.
local numbers, rows, changed, now, revision = KEYS[1], KEYS[2], KEYS[3], tonumber(ARGV[1]), ARGV[4]
local writes = 6 + 2 * tonumber(ARGV[5])

local function names(table)
  return KEYS[2 * table + 2], KEYS[2 * table + 3], 'bytes:' .. KEYS[2 * table + 2]
end

if revision ~= '' and tonumber(redis.call('HGET', numbers, 'org') or 0) ~= tonumber(revision) then
  return 0
end

for i = writes, #ARGV, 8 do
  local expected = ARGV[i + 2]
  if expected ~= '*' then
    local found = redis.call('HGET', (names(tonumber(ARGV[i]))), ARGV[i + 1])
    local version, expires = string.match(found or '', '^(%d+):(%-?%d+):')
    local lives = ARGV[i + 3] ~= 'keep' and ARGV[i + 3] ~= 'extend' or expires and tonumber(expires) > now
    if (version or '') ~= expected or not lives then
      return -tonumber(ARGV[i])
    end
  end
end

local version = redis.call('HINCRBY', numbers, 'version', 1)
if ARGV[3] == '1' then
  redis.call('HINCRBY', numbers, 'settings', 1)
end

if revision ~= '' then
  for i = 6, writes - 1, 2 do
    if ARGV[i + 1] == '' then
      redis.call('HDEL', rows, ARGV[i])
    else
      redis.call('HSET', rows, ARGV[i], ARGV[i + 1])
    end
    redis.call('ZADD', changed, revision + 1, ARGV[i])
  end
  redis.call('HINCRBY', numbers, 'org', 1)
  -- The changes are complete since the revision of the last one that is dropped.
  if redis.call('ZCARD', changed) > 10000 then
    local last = redis.call('ZRANGE', changed, 4999, 4999, 'WITHSCORES')
    redis.call('HSET', numbers, 'org_changes', last[2])
    redis.call('ZREMRANGEBYRANK', changed, 0, 4999)
  end
end

-- Returns the size of the other records.
local function remove(table, key)
  local records, expiries, bytes = names(table)
  local size = redis.call('HSTRLEN', records, key)
  redis.call('HDEL', records, key)
  redis.call('ZREM', expiries, key)
  -- 0 - 0 is 0, where -0 would be written with its sign, which HINCRBY refuses.
  return redis.call('HINCRBY', numbers, bytes, 0 - size)
end

local function make_room(table, written, size, most_records, most_bytes)
  local records, expiries = names(table)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', ARGV[2], 'LIMIT', 0, 100)) do
    if key ~= written then size = remove(table, key) end
  end
  while size > most_bytes or redis.call('HLEN', records) > most_records do
    local first = redis.call('ZRANGE', expiries, 0, 1)
    local key = first[1] ~= written and first[1] or first[2]
    if not key then break end
    size = remove(table, key)
  end
end

for i = writes, #ARGV, 8 do
  local table, key, change = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 3]
  local records, expiries, bytes = names(table)
  if change == 'delete' then
    remove(table, key)
  elseif change ~= 'keep' then
    local expires = ARGV[i + 4]
    if change == 'extend' then
      local known = string.match(redis.call('HGET', records, key) or '', '^%d+:(%-?%d+):')
      if known and tonumber(known) > tonumber(expires) then
        expires = known
      end
    end
    local record = string.format('%d', version) .. ':' .. expires .. ':' .. ARGV[i + 5]
    local size = redis.call('HINCRBY', numbers, bytes, #record - redis.call('HSTRLEN', records, key))
    redis.call('HSET', records, key, record)
    redis.call('ZADD', expiries, expires, key)
    make_room(table, key, size, tonumber(ARGV[i + 6]), tonumber(ARGV[i + 7]))
  end
end
return version
