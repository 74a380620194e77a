-- Writes records, all or none.
-- KEYS: the org's numbers; then for each table its records and their expiries.
-- ARGV: the time; records that have expired by the second time are removed; "1" if processes keep a copy of what is written; then eight
-- for each write: table, key, expected version ("*": any, "": no record), change, expiry, record, and the bound of the table in records
-- and bytes. The changes are "put", "delete", "keep", and "extend": a put that expires no earlier than the record that is there. The
-- last two need a record that has not expired.
-- Returns the version of the records that are put, or minus the number of the table with another version.
local numbers, now = KEYS[1], tonumber(ARGV[1])

local function names(table)
  return KEYS[2 * table], KEYS[2 * table + 1], 'bytes:' .. KEYS[2 * table]
end

for i = 4, #ARGV, 8 do
  local expected = ARGV[i + 2]
  if expected ~= '*' then
    local found = redis.call('HGET', KEYS[2 * tonumber(ARGV[i])], ARGV[i + 1])
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

for i = 4, #ARGV, 8 do
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
