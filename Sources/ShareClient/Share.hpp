// One connection to one share, by libsmbclient, which works on one thread of a process only.
//
// Every function throws `Failure` with what libsmbclient left in errno.
#pragma once
#include "Protocol.hpp"

#include <libsmbclient.h>
#include <string>
#include <vector>

namespace farmio {

struct Login {
  std::string server, share, user, password, domain;
  uint16_t port;  // 0 for the usual one
  bool byTicket, asGuest;
};

class Share {
public:
  // Connects, and looks at the share's root.
  explicit Share(Login login);
  ~Share();
  Share(const Share &) = delete;
  Share &operator=(const Share &) = delete;

  int32_t open(const std::string &name, uint8_t flags);
  void close(int32_t file);
  uint64_t read(int32_t file, int64_t offset, char *bytes, uint64_t count);
  void write(int32_t file, int64_t offset, const char *bytes, uint64_t count);
  void setSize(int32_t file, int64_t size);
  uint64_t load(const std::string &name, char *bytes, uint64_t count);

  Status status(const std::string &name);
  Status status(int32_t file);
  // Fills `bytes` with whole records and returns how many bytes they take; 0 at the end.
  uint64_t list(const std::string &folder, char *bytes, uint64_t count);
  uint64_t listMore(char *bytes, uint64_t count);

  void makeFolder(const std::string &name);
  // Replaces a file of the new name, in two steps.
  void rename(const std::string &name, const std::string &newName);
  // EEXIST where the new name is taken; EOPNOTSUPP where the server cannot keep the promise.
  void renameIfAbsent(const std::string &name, const std::string &newName);
  void removeFile(const std::string &name);
  void removeFolder(const std::string &name);
  void setTime(const std::string &name, int64_t seconds, uint32_t nanoseconds);
  void setReadOnly(const std::string &name, bool isReadOnly);

private:
  static void authenticate(
      SMBCCTX *context, const char *server, const char *share, char *domain, int domainRoom,
      char *user, int userRoom, char *password, int passwordRoom);
  std::string address(const std::string &name) const;
  SMBCFILE *at(int32_t file) const;
  SMBCFILE *openFile(const std::string &name, uint8_t flags);
  void seek(SMBCFILE *file, int64_t offset);
  void closeFolder();

  Login login_;
  std::string root_;
  SMBCCTX *context_;
  std::vector<SMBCFILE *> files_;
  SMBCFILE *folder_ = nullptr;
  // A record that found no room.
  std::string pending_;
};

}  // namespace farmio
