// libnfs: the calls of NFS version 3 (RFC 1813) as one flat request and one flat reply. The wire's
// own types are unions in unions, which Swift can reach only by a cast a field.
#pragma once
#include <sys/types.h>
#include <sys/select.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <nfsc/libnfs.h>
#include <nfsc/libnfs-raw.h>
#include <nfsc/libnfs-raw-mount.h>
#include <nfsc/libnfs-raw-nfs.h>

// libnfs exports it, and declares it nowhere that can be included.
struct nfs_fh {
  int len;
  char *val;
};
extern const struct nfs_fh *nfs_get_rootfh(struct nfs_context *nfs);

// A file of the server: at most 64 bytes that only the server understands.
typedef struct {
  uint32_t length;
  uint8_t bytes[NFS3_FHSIZE];
} farmio_nfs_file;

typedef struct {
  uint32_t type, mode, link_count, user, group, device_major, device_minor;
  uint64_t size, used, volume, inode;
  uint32_t accessed, accessed_ns, modified, modified_ns, changed, changed_ns;
} farmio_nfs_attributes;

enum {
  FARMIO_NFS_SET_MODE = 1,
  FARMIO_NFS_SET_USER = 2,
  FARMIO_NFS_SET_GROUP = 4,
  FARMIO_NFS_SET_SIZE = 8,
  FARMIO_NFS_SET_ACCESSED = 16,
  FARMIO_NFS_SET_MODIFIED = 32
};

// One call. Pointers are read while it is issued, and must stay until its reply is there, since it
// may be issued again.
typedef struct {
  uint32_t procedure;
  // The folder of `name`, or the file itself.
  farmio_nfs_file file;
  // The folder of `other_name`.
  farmio_nfs_file other_file;
  const char *_Nullable name;
  // The new name of a rename or link, or what a symbolic link holds.
  const char *_Nullable other_name;
  // Where to read or write; or the cookie of a listing.
  uint64_t offset;
  uint32_t count;
  const void *_Nullable bytes;
  // The verifier of a listing.
  uint64_t verifier;
  // What to set, and the values.
  uint32_t set;
  farmio_nfs_attributes values;
} farmio_nfs_request;

typedef struct {
  uint32_t status;
  uint32_t has_attributes, has_file, eof, is_durable;
  farmio_nfs_attributes attributes;
  farmio_nfs_file file;
  uint32_t count;
  uint64_t verifier;
  // Bytes or names, only as long as the library's call lasts.
  const char *_Nullable bytes;
  const struct entryplus3 *_Nullable entries;
} farmio_nfs_reply;

static inline nfs_fh3 farmio_nfs_wire(const farmio_nfs_file *file) {
  nfs_fh3 wire;
  wire.data.data_len = file->length;
  wire.data.data_val = (char *)file->bytes;
  return wire;
}

static inline diropargs3 farmio_nfs_place(const farmio_nfs_file *folder, const char *name) {
  diropargs3 place;
  place.dir = farmio_nfs_wire(folder);
  place.name = (char *)name;
  return place;
}

static inline sattr3 farmio_nfs_values(const farmio_nfs_request *r) {
  sattr3 s;
  memset(&s, 0, sizeof s);
  if (r->set & FARMIO_NFS_SET_MODE) {
    s.mode.set_it = 1;
    s.mode.set_mode3_u.mode = r->values.mode;
  }
  if (r->set & FARMIO_NFS_SET_USER) {
    s.uid.set_it = 1;
    s.uid.set_uid3_u.uid = r->values.user;
  }
  if (r->set & FARMIO_NFS_SET_GROUP) {
    s.gid.set_it = 1;
    s.gid.set_gid3_u.gid = r->values.group;
  }
  if (r->set & FARMIO_NFS_SET_SIZE) {
    s.size.set_it = 1;
    s.size.set_size3_u.size = r->values.size;
  }
  if (r->set & FARMIO_NFS_SET_ACCESSED) {
    s.atime.set_it = SET_TO_CLIENT_TIME;
    s.atime.set_atime_u.atime.seconds = r->values.accessed;
    s.atime.set_atime_u.atime.nseconds = r->values.accessed_ns;
  }
  if (r->set & FARMIO_NFS_SET_MODIFIED) {
    s.mtime.set_it = SET_TO_CLIENT_TIME;
    s.mtime.set_mtime_u.mtime.seconds = r->values.modified;
    s.mtime.set_mtime_u.mtime.nseconds = r->values.modified_ns;
  }
  return s;
}

static inline int farmio_nfs_issue_node(
    struct rpc_context *rpc, rpc_cb done, const farmio_nfs_request *r, void *context) {
  MKNOD3args args;
  memset(&args, 0, sizeof args);
  args.where = farmio_nfs_place(&r->file, r->name);
  args.what.type = (ftype3)r->values.type;
  devicedata3 device;
  memset(&device, 0, sizeof device);
  device.dev_attributes = farmio_nfs_values(r);
  device.spec.specdata1 = r->values.device_major;
  device.spec.specdata2 = r->values.device_minor;
  switch (r->values.type) {
    case NF3CHR: args.what.mknoddata3_u.chr_device = device; break;
    case NF3BLK: args.what.mknoddata3_u.blk_device = device; break;
    case NF3SOCK: args.what.mknoddata3_u.sock_attributes = device.dev_attributes; break;
    default: args.what.mknoddata3_u.pipe_attributes = device.dev_attributes; break;
  }
  return rpc_nfs3_mknod_async(rpc, done, &args, context);
}

static inline int farmio_nfs_issue_bytes(
    struct rpc_context *rpc, rpc_cb done, const farmio_nfs_request *r, void *context) {
  if (r->procedure == NFS3_READ) {
    READ3args args = {farmio_nfs_wire(&r->file), r->offset, r->count};
    return rpc_nfs3_read_async(rpc, done, &args, context);
  }
  if (r->procedure == NFS3_COMMIT) {
    COMMIT3args args = {farmio_nfs_wire(&r->file), 0, 0};
    return rpc_nfs3_commit_async(rpc, done, &args, context);
  }
  WRITE3args args = {
      farmio_nfs_wire(&r->file), r->offset, r->count, UNSTABLE, {r->count, (char *)r->bytes}};
  return rpc_nfs3_write_async(rpc, done, &args, context);
}

static inline int farmio_nfs_issue_names(
    struct rpc_context *rpc, rpc_cb done, const farmio_nfs_request *r, void *context) {
  diropargs3 place = farmio_nfs_place(&r->file, r->name);
  switch (r->procedure) {
    case NFS3_CREATE: {
      CREATE3args args = {place, {GUARDED, {.g_obj_attributes = farmio_nfs_values(r)}}};
      return rpc_nfs3_create_async(rpc, done, &args, context);
    }
    case NFS3_MKDIR: {
      MKDIR3args args = {place, farmio_nfs_values(r)};
      return rpc_nfs3_mkdir_async(rpc, done, &args, context);
    }
    case NFS3_SYMLINK: {
      SYMLINK3args args = {place, {farmio_nfs_values(r), (char *)r->other_name}};
      return rpc_nfs3_symlink_async(rpc, done, &args, context);
    }
    case NFS3_REMOVE: {
      REMOVE3args args = {place};
      return rpc_nfs3_remove_async(rpc, done, &args, context);
    }
    case NFS3_RMDIR: {
      RMDIR3args args = {place};
      return rpc_nfs3_rmdir_async(rpc, done, &args, context);
    }
    case NFS3_RENAME: {
      RENAME3args args = {place, farmio_nfs_place(&r->other_file, r->other_name)};
      return rpc_nfs3_rename_async(rpc, done, &args, context);
    }
    case NFS3_LINK: {
      LINK3args args = {
          farmio_nfs_wire(&r->file), farmio_nfs_place(&r->other_file, r->other_name)};
      return rpc_nfs3_link_async(rpc, done, &args, context);
    }
    default: {
      LOOKUP3args args = {place};
      return rpc_nfs3_lookup_async(rpc, done, &args, context);
    }
  }
}

// Puts a call into the connection's queue; negative if there is no memory for it.
static inline int farmio_nfs_issue(
    struct rpc_context *rpc, rpc_cb done, const farmio_nfs_request *r, void *context) {
  switch (r->procedure) {
    case NFS3_GETATTR: {
      GETATTR3args args = {farmio_nfs_wire(&r->file)};
      return rpc_nfs3_getattr_async(rpc, done, &args, context);
    }
    case NFS3_SETATTR: {
      SETATTR3args args;
      memset(&args, 0, sizeof args);
      args.object = farmio_nfs_wire(&r->file);
      args.new_attributes = farmio_nfs_values(r);
      return rpc_nfs3_setattr_async(rpc, done, &args, context);
    }
    case NFS3_READLINK: {
      READLINK3args args = {farmio_nfs_wire(&r->file)};
      return rpc_nfs3_readlink_async(rpc, done, &args, context);
    }
    case NFS3_READDIRPLUS: {
      READDIRPLUS3args args = {farmio_nfs_wire(&r->file), r->offset, {0}, r->count, r->count};
      memcpy(args.cookieverf, &r->verifier, sizeof args.cookieverf);
      return rpc_nfs3_readdirplus_async(rpc, done, &args, context);
    }
    case NFS3_READ:
    case NFS3_WRITE:
    case NFS3_COMMIT: return farmio_nfs_issue_bytes(rpc, done, r, context);
    case NFS3_MKNOD: return farmio_nfs_issue_node(rpc, done, r, context);
    default: return farmio_nfs_issue_names(rpc, done, r, context);
  }
}

static inline farmio_nfs_attributes farmio_nfs_flat(const fattr3 *a) {
  farmio_nfs_attributes flat = {
      .type = a->type, .mode = a->mode, .link_count = a->nlink, .user = a->uid, .group = a->gid,
      .device_major = a->rdev.specdata1, .device_minor = a->rdev.specdata2,
      .size = a->size, .used = a->used, .volume = a->fsid, .inode = a->fileid,
      .accessed = a->atime.seconds, .accessed_ns = a->atime.nseconds,
      .modified = a->mtime.seconds, .modified_ns = a->mtime.nseconds,
      .changed = a->ctime.seconds, .changed_ns = a->ctime.nseconds};
  return flat;
}

static inline void farmio_nfs_take_attributes(farmio_nfs_reply *reply, const post_op_attr *a) {
  reply->has_attributes = a->attributes_follow;
  if (a->attributes_follow) reply->attributes = farmio_nfs_flat(&a->post_op_attr_u.attributes);
}

// A handle longer than the protocol allows counts as none.
static inline void farmio_nfs_take_file(farmio_nfs_reply *reply, const nfs_fh3 *wire) {
  if (wire->data.data_len > NFS3_FHSIZE) return;
  reply->has_file = 1;
  reply->file.length = wire->data.data_len;
  memcpy(reply->file.bytes, wire->data.data_val, wire->data.data_len);
}

static inline void farmio_nfs_take_new(
    farmio_nfs_reply *reply, const post_op_fh3 *file, const post_op_attr *attributes) {
  if (file->handle_follows) farmio_nfs_take_file(reply, &file->post_op_fh3_u.handle);
  farmio_nfs_take_attributes(reply, attributes);
}

static inline void farmio_nfs_take_bytes(
    uint32_t procedure, const void *data, farmio_nfs_reply *reply) {
  if (procedure == NFS3_READ) {
    const READ3resok *ok = &((const READ3res *)data)->READ3res_u.resok;
    farmio_nfs_take_attributes(reply, &ok->file_attributes);
    reply->eof = ok->eof;
    reply->bytes = ok->data.data_val;
    reply->count = ok->data.data_len;
  } else if (procedure == NFS3_WRITE) {
    const WRITE3resok *ok = &((const WRITE3res *)data)->WRITE3res_u.resok;
    farmio_nfs_take_attributes(reply, &ok->file_wcc.after);
    reply->count = ok->count;
    reply->is_durable = ok->committed != UNSTABLE;
    memcpy(&reply->verifier, ok->verf, sizeof reply->verifier);
  } else {
    const COMMIT3resok *ok = &((const COMMIT3res *)data)->COMMIT3res_u.resok;
    farmio_nfs_take_attributes(reply, &ok->file_wcc.after);
    memcpy(&reply->verifier, ok->verf, sizeof reply->verifier);
  }
}

static inline void farmio_nfs_take_listing(const READDIRPLUS3res *res, farmio_nfs_reply *reply) {
  const READDIRPLUS3resok *ok = &res->READDIRPLUS3res_u.resok;
  reply->entries = ok->reply.entries;
  reply->eof = ok->reply.eof;
  memcpy(&reply->verifier, ok->cookieverf, sizeof reply->verifier);
}

// Makes a decoded reply flat. Every result begins with its status.
static inline void farmio_nfs_take(uint32_t procedure, const void *data, farmio_nfs_reply *reply) {
  memset(reply, 0, sizeof *reply);
  reply->status = *(const nfsstat3 *)data;
  if (reply->status != NFS3_OK) return;
  switch (procedure) {
    case NFS3_GETATTR:
      reply->has_attributes = 1;
      reply->attributes =
          farmio_nfs_flat(&((const GETATTR3res *)data)->GETATTR3res_u.resok.obj_attributes);
      break;
    case NFS3_SETATTR:
      farmio_nfs_take_attributes(
          reply, &((const SETATTR3res *)data)->SETATTR3res_u.resok.obj_wcc.after);
      break;
    case NFS3_LOOKUP: {
      const LOOKUP3resok *ok = &((const LOOKUP3res *)data)->LOOKUP3res_u.resok;
      farmio_nfs_take_file(reply, &ok->object);
      farmio_nfs_take_attributes(reply, &ok->obj_attributes);
      break;
    }
    case NFS3_CREATE: {
      const CREATE3resok *ok = &((const CREATE3res *)data)->CREATE3res_u.resok;
      farmio_nfs_take_new(reply, &ok->obj, &ok->obj_attributes);
      break;
    }
    case NFS3_READLINK: {
      const READLINK3resok *ok = &((const READLINK3res *)data)->READLINK3res_u.resok;
      reply->bytes = ok->data;
      reply->count = (uint32_t)strlen(ok->data);
      break;
    }
    case NFS3_READDIRPLUS: farmio_nfs_take_listing((const READDIRPLUS3res *)data, reply); break;
    case NFS3_READ:
    case NFS3_WRITE:
    case NFS3_COMMIT: farmio_nfs_take_bytes(procedure, data, reply); break;
    default: break;
  }
}

static inline int farmio_nfs_has_file(const struct entryplus3 *entry) {
  return entry->name_attributes.attributes_follow;
}

static inline uint32_t farmio_nfs_type(const struct entryplus3 *entry) {
  return entry->name_attributes.post_op_attr_u.attributes.type;
}

// The handle of the export's root; length 0 if it is longer than the protocol allows.
static inline farmio_nfs_file farmio_nfs_root(struct nfs_context *nfs) {
  farmio_nfs_file file = {0};
  const struct nfs_fh *root = nfs_get_rootfh(nfs);
  if (root && root->len > 0 && root->len <= NFS3_FHSIZE) {
    file.length = (uint32_t)root->len;
    memcpy(file.bytes, root->val, file.length);
  }
  return file;
}
