#include "gateway/keys/token.hpp"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <vector>

namespace sluis::gateway {

using config::Code;
using config::error;
using config::Result;

/// The module as p11-kit loaded it, and the PIN. Freed with the last key that uses it.
struct Tokens::Module {
  Module(CK_FUNCTION_LIST* loaded, Passphrase its_pin) : call(loaded), pin(std::move(its_pin)) {}
  Module(const Module&) = delete;
  Module& operator=(const Module&) = delete;
  ~Module() {
    p11_kit_module_finalize(call);
    p11_kit_module_release(call);
  }
  CK_FUNCTION_LIST* const call;
  const Passphrase pin;
};

namespace {

// DER: the OID of edwards25519 (RFC 8410), and the name that older tokens want instead.
constexpr std::array<std::uint8_t, 5> ed25519_oid{0x06, 0x03, 0x2b, 0x65, 0x70};
constexpr std::array<std::uint8_t, 14> ed25519_name{0x13, 0x0c, 'e', 'd', 'w', 'a', 'r',
                                                    'd',  's',  '2', '5', '5', '1', '9'};

config::Error failed(const std::string& uri, const char* what, CK_RV why) {
  const Code code =
      why == CKR_PIN_INCORRECT || why == CKR_PIN_LOCKED ? Code::forbidden : Code::unavailable;
  return error(code, uri + ": " + what + ": " + p11_kit_strerror(why));
}

struct UriDeleter {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, UriDeleter>;

Result<Uri> parsed(const std::string& text) {
  Uri uri(p11_kit_uri_new());
  if (!uri) throw std::bad_alloc();
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_OBJECT_ON_TOKEN, uri.get()) != P11_KIT_URI_OK)
    return error(Code::invalid, text + ": not a PKCS #11 URI (RFC 7512)");
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr)
    return error(Code::invalid, "a PKCS #11 URI must not carry a PIN; the settings name its file");
  return uri;
}

/// A session with the token of one URI, logged in. One thread at a time.
class Session {
 public:
  static Result<Session> open(std::shared_ptr<Tokens::Module> module, const std::string& text,
                              P11KitUri* uri) {
    auto* call = module->call;
    CK_ULONG count = 0;
    if (const auto why = call->C_GetSlotList(CK_TRUE, nullptr, &count); why != CKR_OK)
      return failed(text, "the module gives no list of tokens", why);
    std::vector<CK_SLOT_ID> slots(count);
    if (const auto why = call->C_GetSlotList(CK_TRUE, slots.data(), &count); why != CKR_OK)
      return failed(text, "the module gives no list of tokens", why);
    slots.resize(count);
    for (const auto slot : slots) {
      CK_TOKEN_INFO info{};
      if (call->C_GetTokenInfo(slot, &info) != CKR_OK) continue;
      if (p11_kit_uri_match_token_info(uri, &info) != 1) continue;
      return logged_in(std::move(module), text, slot);
    }
    return error(Code::not_found, text + ": there is no such token");
  }
  Session(Session&& other) noexcept
      : module_(std::move(other.module_)), handle_(std::exchange(other.handle_, 0)) {}
  Session& operator=(Session&& other) noexcept {
    Session taken(std::move(other));
    std::swap(module_, taken.module_);
    std::swap(handle_, taken.handle_);
    return *this;
  }
  ~Session() {
    if (module_) module_->call->C_CloseSession(handle_);
  }

  /// The objects of one class with the URI's name.
  [[nodiscard]] std::vector<CK_OBJECT_HANDLE> find(P11KitUri* uri, CK_OBJECT_CLASS kind) const {
    std::vector<CK_ATTRIBUTE> wanted{{CKA_CLASS, &kind, sizeof kind}};
    for (const CK_ATTRIBUTE_TYPE type : {CKA_LABEL, CKA_ID})
      if (auto* named = p11_kit_uri_get_attribute(uri, type)) wanted.push_back(*named);
    auto* call = module_->call;
    if (call->C_FindObjectsInit(handle_, wanted.data(), wanted.size()) != CKR_OK) return {};
    std::vector<CK_OBJECT_HANDLE> found(8);
    CK_ULONG count = 0;
    const auto why = call->C_FindObjects(handle_, found.data(), found.size(), &count);
    call->C_FindObjectsFinal(handle_);
    found.resize(why == CKR_OK ? count : 0);
    return found;
  }

  /// A value that is no secret, at most 64 bytes.
  [[nodiscard]] crypto::Bytes value(CK_OBJECT_HANDLE object, CK_ATTRIBUTE_TYPE type) const {
    crypto::Bytes bytes(64);
    CK_ATTRIBUTE asked{type, bytes.data(), bytes.size()};
    if (module_->call->C_GetAttributeValue(handle_, object, &asked, 1) != CKR_OK) return {};
    bytes.resize(asked.ulValueLen);
    return bytes;
  }

  [[nodiscard]] CK_RV sign(CK_OBJECT_HANDLE key, crypto::View message,
                           crypto::Array<64>& signature) const {
    CK_MECHANISM eddsa{CKM_EDDSA, nullptr, 0};
    auto* call = module_->call;
    if (const auto why = call->C_SignInit(handle_, &eddsa, key); why != CKR_OK) return why;
    CK_ULONG size = signature.size();
    // The interface has no const.
    auto* bytes = const_cast<std::uint8_t*>(message.data());
    const auto why = call->C_Sign(handle_, bytes, message.size(), signature.data(), &size);
    return why == CKR_OK && size != signature.size() ? CKR_GENERAL_ERROR : why;
  }

  [[nodiscard]] CK_RV create(std::vector<CK_ATTRIBUTE> attributes) const {
    CK_OBJECT_HANDLE made = 0;
    return module_->call->C_CreateObject(handle_, attributes.data(), attributes.size(), &made);
  }

 private:
  Session(std::shared_ptr<Tokens::Module> module, CK_SESSION_HANDLE handle)
      : module_(std::move(module)), handle_(handle) {}

  static Result<Session> logged_in(std::shared_ptr<Tokens::Module> module, const std::string& text,
                                   CK_SLOT_ID slot) {
    auto* call = module->call;
    CK_SESSION_HANDLE handle = 0;
    constexpr CK_FLAGS flags = CKF_SERIAL_SESSION | CKF_RW_SESSION;
    if (const auto why = call->C_OpenSession(slot, flags, nullptr, nullptr, &handle); why != CKR_OK)
      return failed(text, "no session with the token", why);
    const auto pin = module->pin.reveal();
    Session session(std::move(module), handle);
    const auto why =
        call->C_Login(handle, CKU_USER, const_cast<std::uint8_t*>(pin.data()), pin.size());
    if (why != CKR_OK && why != CKR_USER_ALREADY_LOGGED_IN)
      return failed(text, "the token lets us not in", why);
    return session;
  }

  std::shared_ptr<Tokens::Module> module_;
  CK_SESSION_HANDLE handle_;
};

/// CKA_EC_POINT: the 32 bytes, alone or in a DER OCTET STRING.
std::optional<crypto::Array<32>> point_of(crypto::View point) {
  constexpr std::size_t der_head = 2;
  crypto::Array<32> key;
  if (point.size() == key.size() + der_head && point[0] == 0x04 && point[1] == key.size())
    point = point.subspan(der_head);
  if (point.size() != key.size()) return std::nullopt;
  std::ranges::copy(point, key.begin());
  return key;
}

struct Opened {
  Session session;
  CK_OBJECT_HANDLE key;
};

Result<Opened> opened(const std::shared_ptr<Tokens::Module>& module, const std::string& text,
                      P11KitUri* uri) {
  auto session = Session::open(module, text, uri);
  if (!session) return session.failure();
  const auto keys = session->find(uri, CKO_PRIVATE_KEY);
  if (keys.size() != 1)
    return error(keys.empty() ? Code::not_found : Code::invalid,
                 text + ": names " + std::to_string(keys.size()) + " private keys, and not one");
  return Opened{std::move(*session), keys.front()};
}

class TokenSigner final : public crypto::Signer {
 public:
  TokenSigner(std::shared_ptr<Tokens::Module> module, std::string text, Uri uri, Opened open,
              const crypto::Array<32>& public_key)
      : module_(std::move(module)),
        text_(std::move(text)),
        uri_(std::move(uri)),
        public_key_(public_key),
        open_(std::move(open)) {}

  [[nodiscard]] const crypto::Array<32>& public_key() const noexcept override {
    return public_key_;
  }

  [[nodiscard]] crypto::Array<64> sign(crypto::View message) const override {
    const std::scoped_lock lock(mutex_);
    crypto::Array<64> signature{};
    if (open_ && open_->session.sign(open_->key, message, signature) == CKR_OK) return signature;
    // The token was away, or forgot our session: from the start, once.
    open_.reset();
    auto again = opened(module_, text_, uri_.get());
    if (!again) throw std::runtime_error(again.failure().detail);
    open_.emplace(std::move(*again));
    const auto why = open_->session.sign(open_->key, message, signature);
    if (why != CKR_OK)
      throw std::runtime_error(failed(text_, "the token does not sign", why).detail);
    return signature;
  }

 private:
  const std::shared_ptr<Tokens::Module> module_;
  const std::string text_;
  const Uri uri_;
  const crypto::Array<32> public_key_;
  mutable std::mutex mutex_;  // guards the session
  mutable std::optional<Opened> open_;
};

}  // namespace

Result<Tokens> Tokens::load(const std::filesystem::path& module, Passphrase pin) {
  auto* loaded = p11_kit_module_load(module.c_str(), 0);
  if (loaded == nullptr) {
    const char* const why = p11_kit_message();
    return error(Code::unavailable, module.string() + ": the PKCS #11 module cannot be loaded: " +
                                        (why == nullptr ? "not a module" : why));
  }
  if (const auto why = p11_kit_module_initialize(loaded); why != CKR_OK) {
    p11_kit_module_release(loaded);
    return failed(module.string(), "the PKCS #11 module does not start", why);
  }
  return Tokens(std::make_shared<Module>(loaded, std::move(pin)));
}

Result<std::optional<Tokens>> Tokens::of(const config::Settings& settings) {
  if (!settings.pkcs11) return std::optional<Tokens>();
  auto pin = passphrase_from(settings.pkcs11->pin);
  if (!pin) return pin.failure();
  auto tokens = load(settings.pkcs11->module, std::move(*pin));
  if (!tokens) return tokens.failure();
  return std::optional<Tokens>(std::move(*tokens));
}

Result<crypto::SigningKey> Tokens::signing_key(const std::string& text) const {
  auto uri = parsed(text);
  if (!uri) return uri.failure();
  auto open = opened(module_, text, uri->get());
  if (!open) return open.failure();
  const auto publics = open->session.find(uri->get(), CKO_PUBLIC_KEY);
  if (publics.size() != 1)
    return error(Code::not_found, text + ": has no public key object of the same name beside it");
  const auto key = point_of(open->session.value(publics.front(), CKA_EC_POINT));
  const auto probe = crypto::as_view("sluis/token/probe/v1");
  crypto::Array<64> signature{};
  if (!key || open->session.sign(open->key, probe, signature) != CKR_OK ||
      !crypto::verify(*key, probe, signature))
    return error(Code::invalid, text + ": is no Ed25519 key that this token can sign with");
  return crypto::SigningKey(
      std::make_shared<TokenSigner>(module_, text, std::move(*uri), std::move(*open), *key));
}

Result<void> Tokens::store(const std::string& text, const crypto::SigningSeed& seed) const {
  const auto uri = parsed(text);
  if (!uri) return uri.failure();
  const auto* label = p11_kit_uri_get_attribute(uri->get(), CKA_LABEL);
  if (label == nullptr) return error(Code::invalid, text + ": names no object");
  auto session = Session::open(module_, text, uri->get());
  if (!session) return session.failure();
  if (!session->find(uri->get(), CKO_PRIVATE_KEY).empty() ||
      !session->find(uri->get(), CKO_PUBLIC_KEY).empty())
    return error(Code::conflict, text + ": there is an object of that name in the token");

  CK_OBJECT_CLASS private_class = CKO_PRIVATE_KEY, public_class = CKO_PUBLIC_KEY;
  CK_KEY_TYPE type = CKK_EC_EDWARDS;
  CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  auto point = crypto::concat({crypto::Array<2>{0x04, 32}, crypto::SigningKey(seed).public_key()});
  const auto named = [&](CK_OBJECT_CLASS& kind, auto& parameters) {
    return std::vector<CK_ATTRIBUTE>{
        {CKA_CLASS, &kind, sizeof kind},
        {CKA_KEY_TYPE, &type, sizeof type},
        {CKA_TOKEN, &yes, sizeof yes},
        *label,
        {CKA_EC_PARAMS, const_cast<std::uint8_t*>(parameters.data()), parameters.size()}};
  };
  CK_RV why = CKR_OK;
  const auto create = [&](auto& parameters) {
    auto secret = named(private_class, parameters);
    for (const CK_ATTRIBUTE_TYPE on : {CKA_PRIVATE, CKA_SENSITIVE, CKA_SIGN})
      secret.push_back({on, &yes, sizeof yes});
    secret.push_back({CKA_EXTRACTABLE, &no, sizeof no});
    const auto bytes = seed.reveal();
    secret.push_back({CKA_VALUE, const_cast<std::uint8_t*>(bytes.data()), bytes.size()});
    auto open = named(public_class, parameters);
    open.push_back({CKA_VERIFY, &yes, sizeof yes});
    open.push_back({CKA_EC_POINT, point.data(), point.size()});
    why = session->create(std::move(secret));
    if (why == CKR_OK) why = session->create(std::move(open));
    return why == CKR_OK;
  };
  if (create(ed25519_name) || (why == CKR_ATTRIBUTE_VALUE_INVALID && create(ed25519_oid)))
    return {};
  return failed(text, "the token does not take the key", why);
}

}  // namespace sluis::gateway
