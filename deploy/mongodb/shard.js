// Spreads ballots and invitations over the shards of a cluster, by the hash of their random ids. Everything else is small and stays
// together on one shard. Once, by an administrator, after `hailong migrate` and before the first survey opens:
//   mongosh "mongodb://administrator@mongos.example.gov.vn:27017/admin" --file deploy/mongodb/shard.js
// Why by this key, and what of it was not tried: docs/scaling.md.
const database = "hailong";
for (const name of ["ballots", "invitations"]) {
  db.getSiblingDB(database).getCollection(name).createIndex({ _id: "hashed" });
  sh.shardCollection(`${database}.${name}`, { _id: "hashed" });
  print(`${name} is sharded by the hash of _id`);
}
