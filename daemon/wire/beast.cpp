// Beast's own code, compiled once (BOOST_BEAST_SEPARATE_COMPILATION).
//
// Only the HTTP parser's part of <boost/beast/src.hpp>: all of it would need Asio's compiled code,
// which lives in io/, above this layer.
#define BOOST_BEAST_SOURCE
#include <boost/beast/core/impl/string.ipp>
#include <boost/beast/http/detail/basic_parser.ipp>
#include <boost/beast/http/detail/rfc7230.ipp>
#include <boost/beast/http/impl/basic_parser.ipp>
#include <boost/beast/http/impl/error.ipp>
#include <boost/beast/http/impl/field.ipp>
#include <boost/beast/http/impl/rfc7230.ipp>
#include <boost/beast/http/impl/status.ipp>
#include <boost/beast/http/impl/verb.ipp>
