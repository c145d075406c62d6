// What every fuzz target has in common: one function that decodes an input and holds the result to
// what must be true of it.
#pragma once

#include <cstddef>
#include <string_view>

#include "config/json.hpp"

namespace sluis::fuzz {

/// Each target defines it: decodes `input` and returns whether it was accepted. Whatever it throws,
/// and whatever `must` does not find, ends the process, and libFuzzer keeps the input.
bool accepts(std::string_view input);

/// `what` is a sentence about what should have held.
void must(bool holds, std::string_view what);

/// A text that one of our own encoders wrote: it has to parse.
config::Json reparsed(std::string_view text);

/// One of the inputs that were accepted lately, by any number; empty before there was one.
std::string_view accepted_before(std::size_t number);

/// That the encoder wrote what the decoder read, field for field: nothing was dropped, changed or
/// made up on the way. For formats without times, whose decimals an encoder may drop.
void must_be_same_document(std::string_view read, std::string_view written);

}  // namespace sluis::fuzz
