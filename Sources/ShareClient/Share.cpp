#include "Share.hpp"

#include "Failure.hpp"

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>

namespace farmio {
namespace {

constexpr size_t fileLimit = 4096;
// Milliseconds that an answer of the server may take.
constexpr int answerTime = 20'000;

[[noreturn]] void fail() { throw Failure{errno != 0 ? errno : EIO}; }

void require(int result) {
  if (result < 0) fail();
}

// A byte count as libsmbclient takes it, whole or not at all.
int64_t size(const struct stat &status) { return S_ISDIR(status.st_mode) ? 0 : status.st_size; }

Status described(const struct stat &status) {
  Status result = {};
  result.size = size(status);
  result.modifiedSeconds = status.st_mtim.tv_sec;
  result.modifiedNanoseconds = static_cast<uint32_t>(status.st_mtim.tv_nsec);
  result.changedSeconds = status.st_ctim.tv_sec;
  result.changedNanoseconds = static_cast<uint32_t>(status.st_ctim.tv_nsec);
  result.inode = status.st_ino;
  result.kind = S_ISDIR(status.st_mode) ? Kind::folder : Kind::file;
  result.isReadOnly = (status.st_mode & S_IWUSR) == 0;
  return result;
}

void copy(const std::string &text, char *target, int room) {
  // What does not fit would be another name or password: then better none.
  const bool fits = room > 0 && text.size() < static_cast<size_t>(room);
  if (room > 0) target[fits ? text.copy(target, text.size()) : 0] = 0;
}

bool isPlain(char byte) {
  return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'z') ||
      (byte >= 'A' && byte <= 'Z') || byte == '-' || byte == '_' || byte == '.' || byte == '/';
}

void appendEscaped(std::string &target, const std::string &text) {
  static const char digits[] = "0123456789ABCDEF";
  for (const char byte : text) {
    if (isPlain(byte)) {
      target += byte;
    } else {
      const auto value = static_cast<unsigned char>(byte);
      target += {'%', digits[value >> 4], digits[value & 15]};
    }
  }
}

}  // namespace

Share::Share(Login login) : login_(std::move(login)), context_(smbc_new_context()) {
  if (context_ == nullptr) throw Failure{ENOMEM};
  smbc_setOptionUserData(context_, this);
  smbc_setFunctionAuthDataWithContext(context_, authenticate);
  smbc_setTimeout(context_, answerTime);
  if (login_.port != 0) smbc_setPort(context_, login_.port);
  smbc_setOptionNoAutoAnonymousLogin(context_, !login_.asGuest);
  smbc_setOptionUseKerberos(context_, login_.byTicket);
  smbc_setOptionFallbackAfterKerberos(context_, false);
  smbc_setOptionUseCCache(context_, false);
  if (smbc_init_context(context_) == nullptr ||
      !smbc_setOptionProtocols(context_, "SMB2_02", "SMB3")) {
    fail();
  }
  root_ = "smb://";
  appendEscaped(root_, login_.server);
  root_ += "/";
  appendEscaped(root_, login_.share);
  root_ += "/";
  status("");
}

Share::~Share() {
  if (context_ != nullptr) smbc_free_context(context_, 1);
}

void Share::authenticate(
    SMBCCTX *context, const char *, const char *, char *domain, int domainRoom, char *user,
    int userRoom, char *password, int passwordRoom) {
  const Login &login = static_cast<Share *>(smbc_getOptionUserData(context))->login_;
  if (!login.domain.empty()) copy(login.domain, domain, domainRoom);
  copy(login.user, user, userRoom);
  copy(login.password, password, passwordRoom);
}

std::string Share::address(const std::string &name) const {
  std::string result = root_;
  appendEscaped(result, name);
  return result;
}

SMBCFILE *Share::at(int32_t file) const {
  if (file < 0 || static_cast<size_t>(file) >= files_.size() ||
      files_[static_cast<size_t>(file)] == nullptr) {
    throw Failure{EBADF};
  }
  return files_[static_cast<size_t>(file)];
}

SMBCFILE *Share::openFile(const std::string &name, uint8_t flags) {
  int mode = (flags & forWriting) != 0 ? O_RDWR : O_RDONLY;
  if ((flags & asNew) != 0) mode |= O_CREAT | O_EXCL;
  errno = 0;
  SMBCFILE *file = smbc_getFunctionOpen(context_)(context_, address(name).c_str(), mode, 0666);
  if (file == nullptr) fail();
  return file;
}

int32_t Share::open(const std::string &name, uint8_t flags) {
  size_t number = 0;
  while (number < files_.size() && files_[number] != nullptr) number += 1;
  if (number == fileLimit) throw Failure{EMFILE};
  if (number == files_.size()) files_.push_back(nullptr);
  files_[number] = openFile(name, flags);
  return static_cast<int32_t>(number);
}

void Share::close(int32_t file) {
  SMBCFILE *opened = at(file);
  files_[static_cast<size_t>(file)] = nullptr;
  require(smbc_getFunctionClose(context_)(context_, opened));
}

void Share::seek(SMBCFILE *file, int64_t offset) {
  if (smbc_getFunctionLseek(context_)(context_, file, offset, SEEK_SET) < 0) fail();
}

uint64_t Share::read(int32_t file, int64_t offset, char *bytes, uint64_t count) {
  SMBCFILE *opened = at(file);
  seek(opened, offset);
  uint64_t done = 0;
  while (done < count) {
    const ssize_t part =
        smbc_getFunctionRead(context_)(context_, opened, bytes + done, count - done);
    if (part < 0) fail();
    if (part == 0) break;
    done += static_cast<uint64_t>(part);
  }
  return done;
}

void Share::write(int32_t file, int64_t offset, const char *bytes, uint64_t count) {
  SMBCFILE *opened = at(file);
  seek(opened, offset);
  uint64_t done = 0;
  while (done < count) {
    const ssize_t part =
        smbc_getFunctionWrite(context_)(context_, opened, bytes + done, count - done);
    if (part < 0) fail();
    if (part == 0) throw Failure{EIO};
    done += static_cast<uint64_t>(part);
  }
}

void Share::setSize(int32_t file, int64_t size) {
  require(smbc_getFunctionFtruncate(context_)(context_, at(file), size));
}

uint64_t Share::load(const std::string &name, char *bytes, uint64_t count) {
  const int32_t file = open(name, 0);
  try {
    const uint64_t done = read(file, 0, bytes, count);
    close(file);
    return done;
  } catch (const Failure &) {
    if (files_[static_cast<size_t>(file)] != nullptr) {
      smbc_getFunctionClose(context_)(context_, files_[static_cast<size_t>(file)]);
      files_[static_cast<size_t>(file)] = nullptr;
    }
    throw;
  }
}

Status Share::status(const std::string &name) {
  struct stat status = {};
  errno = 0;
  require(smbc_getFunctionStat(context_)(context_, address(name).c_str(), &status));
  return described(status);
}

Status Share::status(int32_t file) {
  struct stat status = {};
  errno = 0;
  if (smbc_getFunctionFstat(context_)(context_, at(file), &status) < 0) {
    // What the library says of a file whose connection is gone.
    throw Failure{errno == EINVAL ? ECONNABORTED : errno};
  }
  return described(status);
}

uint64_t Share::list(const std::string &folder, char *bytes, uint64_t count) {
  closeFolder();
  errno = 0;
  folder_ = smbc_getFunctionOpendir(context_)(context_, address(folder).c_str());
  if (folder_ == nullptr) fail();
  return listMore(bytes, count);
}

uint64_t Share::listMore(char *bytes, uint64_t count) {
  uint64_t used = 0;
  for (;;) {
    if (pending_.empty()) {
      if (folder_ == nullptr) return used;
      struct stat status = {};
      errno = 0;
      const libsmb_file_info *found =
          smbc_getFunctionReaddirPlus2(context_)(context_, folder_, &status);
      if (found == nullptr) {
        if (errno != 0) fail();
        closeFolder();
        return used;
      }
      const std::string name = found->name;
      if (name == "." || name == "..") continue;
      ListingRecord record = {described(status), static_cast<uint32_t>(name.size()), 0};
      pending_.assign(reinterpret_cast<const char *>(&record), sizeof record);
      pending_ += name;
    }
    if (pending_.size() > count) throw Failure{ENAMETOOLONG};
    if (pending_.size() > count - used) return used;
    used += pending_.copy(bytes + used, pending_.size());
    pending_.clear();
  }
}

void Share::closeFolder() {
  pending_.clear();
  if (folder_ == nullptr) return;
  smbc_getFunctionClosedir(context_)(context_, folder_);
  folder_ = nullptr;
}

void Share::makeFolder(const std::string &name) {
  require(smbc_getFunctionMkdir(context_)(context_, address(name).c_str(), 0777));
}

// The new name is asked for first: the library would remove an empty folder that has it.
void Share::rename(const std::string &name, const std::string &newName) {
  try {
    if (status(newName).kind == Kind::folder) throw Failure{EISDIR};
  } catch (const Failure &failure) {
    if (failure.code != ENOENT) throw;
  }
  require(smbc_getFunctionRename(context_)(
      context_, address(name).c_str(), context_, address(newName).c_str()));
}

// The library asks the server for a rename that replaces nothing. Where the name is taken it removes
// what has it and asks again; but no server removes a file that is read-only. So a file that is
// read-only when it gets its name keeps it against every other writer.
void Share::renameIfAbsent(const std::string &name, const std::string &newName) {
  setReadOnly(name, true);
  if (!status(name).isReadOnly) throw Failure{EOPNOTSUPP};
  rename(name, newName);
}

// Asked first, since the library would remove an empty folder just as well.
void Share::removeFile(const std::string &name) {
  if (status(name).kind == Kind::folder) throw Failure{EISDIR};
  require(smbc_getFunctionUnlink(context_)(context_, address(name).c_str()));
}

void Share::removeFolder(const std::string &name) {
  require(smbc_getFunctionRmdir(context_)(context_, address(name).c_str()));
}

void Share::setTime(const std::string &name, int64_t seconds, uint32_t nanoseconds) {
  const timeval time = {seconds, nanoseconds / 1000};
  timeval both[2] = {time, time};
  require(smbc_getFunctionUtimes(context_)(context_, address(name).c_str(), both));
}

void Share::setReadOnly(const std::string &name, bool isReadOnly) {
  require(smbc_getFunctionChmod(context_)(
      context_, address(name).c_str(), isReadOnly ? 0444 : 0644));
}

}  // namespace farmio
