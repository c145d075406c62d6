// How this program waits: C++20 coroutines on concrete io_context executors.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace sluis::gateway {

namespace asio = boost::asio;

/// A concrete executor: `any_io_executor` costs 4–18 % of a request.
using Executor = asio::io_context::executor_type;

/// A coroutine of ours. It runs on one io_context, which is one thread.
template <class T>
using Task = asio::awaitable<T, Executor>;

inline constexpr asio::use_awaitable_t<Executor> use_task{};

}  // namespace sluis::gateway
