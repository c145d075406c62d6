// HTTP/1.1 messages out of bytes (RFC 9112), without a socket: bytes are handed in, values come
// out. Only the .cpp files behind this header see Beast.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/net/message.hpp"
#include "gateway/net/router.hpp"

namespace sluis::gateway::net {

/// Why a message cannot be read on: what it is answered with before its connection ends.
enum class Malformed : std::uint8_t { none, bad_request, header_too_large, body_too_large };

/// The requests of one connection, one after the other.
class RequestParser {
 public:
  explicit RequestParser(std::size_t header_bytes);
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Forgets the request before, ready for the next.
  void next();

  /// Takes bytes and says how many; the rest must be handed in again with more behind it. Stops
  /// at the end of the head and at the end of the request. The bytes of a head are counted over
  /// all calls, with those that are not taken yet.
  std::size_t feed(std::string_view bytes);

  [[nodiscard]] Malformed malformed() const noexcept;
  [[nodiscard]] bool head_done() const;
  [[nodiscard]] bool done() const;

  // From here on: only once head_done().

  /// Method, path, query and headers. An absolute-form target is reduced to its path. Also the
  /// moment of the checks that RFC 9112 §3.2, §6.1 and §6.3 ask of a server: no usable request
  /// comes from a message with two lengths, none or two Host fields, an unknown transfer coding.
  [[nodiscard]] config::Result<Request> take_head();
  [[nodiscard]] Announced announced() const;
  [[nodiscard]] bool expects_continue() const;
  [[nodiscard]] bool expects_something_else() const;
  [[nodiscard]] bool keep_alive() const;  // never for HTTP/1.0
  void allow_body(std::size_t body_bytes);

  /// Only once done().
  [[nodiscard]] std::string take_body();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One answer; interim ones (1xx) are passed over.
class ResponseParser {
 public:
  /// `head_only`: the answer to a HEAD request, which has no body whatever it announces.
  ResponseParser(std::size_t header_bytes, std::size_t body_bytes, bool head_only);
  ~ResponseParser();
  ResponseParser(const ResponseParser&) = delete;
  ResponseParser& operator=(const ResponseParser&) = delete;

  std::size_t feed(std::string_view bytes);
  /// The connection was ended in an orderly way: completes an answer that has no length.
  void feed_end();

  [[nodiscard]] Malformed malformed() const noexcept;
  [[nodiscard]] bool started() const noexcept;  // a byte of an answer was there
  [[nodiscard]] bool done() const;
  [[nodiscard]] bool keep_alive() const;  // only once done()
  [[nodiscard]] ClientResponse take();    // only once done()

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace sluis::gateway::net
