-- Writes records, all or none.
-- KEYS: the org's numbers; then for each table its records and their expiries.
-- ARGV: the time; then eight for each write: table, key, expected version ("*": any, "": no record), "put", "delete" or "keep",
-- expiry, record, and the bound of the table in records and bytes.
-- Returns the version of the records that are put, or minus the number of the table with another version.
local numbers, now = KEYS[1], tonumber(ARGV[1])

local function names(table)
  return KEYS[2 * table], KEYS[2 * table + 1], 'bytes:' .. KEYS[2 * table]
end

for i = 2, #ARGV, 8 do
  local expected = ARGV[i + 2]
  if expected ~= '*' then
    local found = redis.call('HGET', KEYS[2 * tonumber(ARGV[i])], ARGV[i + 1])
    if (found and string.match(found, '^%d+') or '') ~= expected then
      return -tonumber(ARGV[i])
    end
  end
end

local version = redis.call('HINCRBY', numbers, 'version', 1)

local function remove(table, key)
  local records, expiries, bytes = names(table)
  local size = redis.call('HSTRLEN', records, key)
  if size > 0 then
    redis.call('HDEL', records, key)
    redis.call('ZREM', expiries, key)
    redis.call('HINCRBY', numbers, bytes, -size)
  end
end

local function make_room(table, written, most_records, most_bytes)
  local records, expiries, bytes = names(table)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', expiries, '-inf', now, 'LIMIT', 0, 100)) do
    if key ~= written then remove(table, key) end
  end
  while redis.call('HLEN', records) > most_records or tonumber(redis.call('HGET', numbers, bytes) or 0) > most_bytes do
    local first = redis.call('ZRANGE', expiries, 0, 1)
    local key = first[1] ~= written and first[1] or first[2]
    if not key then break end
    remove(table, key)
  end
end

for i = 2, #ARGV, 8 do
  local table, key, change = tonumber(ARGV[i]), ARGV[i + 1], ARGV[i + 3]
  local records, expiries, bytes = names(table)
  if change == 'delete' then
    remove(table, key)
  elseif change == 'put' then
    remove(table, key)
    local record = string.format('%d', version) .. ':' .. ARGV[i + 4] .. ':' .. ARGV[i + 5]
    redis.call('HSET', records, key, record)
    redis.call('ZADD', expiries, ARGV[i + 4], key)
    redis.call('HINCRBY', numbers, bytes, #record)
    make_room(table, key, tonumber(ARGV[i + 6]), tonumber(ARGV[i + 7]))
  end
  if change ~= 'keep' and string.sub(records, -15) == ':clock_settings' then
    redis.call('HINCRBY', numbers, 'clock', 1)
  end
end
return version
