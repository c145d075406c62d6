#include "crypto/labels.hpp"

namespace sluis::crypto {
Bytes oprf_input(std::string_view domain, std::string_view epoch, std::string_view use,
                 std::string_view kind, std::string_view value) {
  const View zero = as_view(zero_byte);
  return concat({as_view("sluis/v1"), zero, as_view(domain), zero, as_view(epoch), zero,
                 as_view(use), zero, as_view(kind), zero, as_view(value)});
}

Bytes envelope_signed(std::string_view id, std::string_view from, std::string_view to,
                      FixedView<32> seal_key, View sealed) {
  const View zero = as_view(zero_byte);
  return concat({as_view("sluis/envelope/v1"), zero, as_view(id), zero, as_view(from), zero,
                 as_view(to), zero, seal_key, sealed});
}

Bytes receipt_signed(std::string_view jcs) {
  return concat({as_view("sluis/receipt/v1"), as_view(zero_byte), as_view(jcs)});
}

Bytes directory_signed(std::string_view jcs) {
  return concat({as_view("sluis/directory/v1"), as_view(zero_byte), as_view(jcs)});
}

}  // namespace sluis::crypto
