#include "config/result.hpp"

namespace sluis::config {

std::string_view code_name(Code code) noexcept {
  switch (code) {
    case Code::invalid:
      return "invalid";
    case Code::too_large:
      return "too-large";
    case Code::unauthenticated:
      return "unauthenticated";
    case Code::forbidden:
      return "forbidden";
    case Code::not_found:
      return "not-found";
    case Code::conflict:
      return "conflict";
    case Code::generation:
      return "generation";
    case Code::over_budget:
      return "over-budget";
    case Code::expired:
      return "expired";
    case Code::bad_signature:
      return "bad-signature";
    case Code::id_reused:
      return "id-reused";
    case Code::unknown_seal_key:
      return "unknown-seal-key";
    case Code::holders_unreachable:
      return "holders-unreachable";
    case Code::bad_proof:
      return "bad-proof";
    case Code::unavailable:
      return "unavailable";
    case Code::internal:
      break;
  }
  return "internal";
}

std::string_view public_message(Code code) noexcept {
  switch (code) {
    case Code::invalid:
      return "The request does not have the form that is asked for.";
    case Code::too_large:
      return "The request is larger than this gateway takes.";
    case Code::unauthenticated:
      return "Who is calling could not be established.";
    case Code::forbidden:
    case Code::not_found:
      return "This is not there, or you are not permitted to have it.";
    case Code::conflict:
      return "This id is already in use for something else.";
    case Code::generation:
      return "This key generation is not the one in force.";
    case Code::over_budget:
      return "The budget of 24 hours is used up; try again later.";
    case Code::expired:
      return "This is past its validity.";
    case Code::bad_signature:
      return "The signature does not verify.";
    case Code::id_reused:
      return "This envelope id was used before, with another content.";
    case Code::unknown_seal_key:
      return "This is sealed to a key that is not in use here.";
    case Code::holders_unreachable:
      return "Too few key holders can be reached; try again later.";
    case Code::bad_proof:
      return "A key holder gave an answer that does not verify.";
    case Code::unavailable:
      return "This can't be done just now; try again later.";
    case Code::internal:
      break;
  }
  return "Something went wrong in this gateway.";
}

}  // namespace sluis::config
