/* explain_test.c - each way to end has its failure and its sentence. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <curl/curl.h>

#include "fetch/explain.h"

static const struct gn_fetch_limits limits = {
    .connect_ms = 1500,
    .total_ms = 60000,
    .stall_ms = 20000,
    .max_body_bytes = 1000,
    .max_ratio = 200,
    .max_redirects = 3,
};

struct example {
    struct gn_ending e;
    enum gn_failure failure;
    const char *text;
};

static const struct example examples[] = {
    {{.result = CURLE_OK}, GN_FAILURE_NONE, ""},
    {{.result = CURLE_COULDNT_RESOLVE_HOST},
     GN_FAILURE_RESOLVE,
     "h:80: the host name has no address; check its spelling and the DNS"},
    {{.result = CURLE_COULDNT_RESOLVE_PROXY},
     GN_FAILURE_RESOLVE,
     "h:80: the proxy's host name has no address; check its spelling and the "
     "DNS"},
    {{.result = CURLE_COULDNT_CONNECT, .os_error = ECONNREFUSED},
     GN_FAILURE_CONNECT,
     "h:80: cannot connect: Connection refused; check host, port and that the "
     "server is up"},
    {{.result = CURLE_COULDNT_CONNECT,
      .os_error = ECONNREFUSED,
      .proxied = true,
      .detail = "Failed to connect to p.example port 3128 after 0 ms: why"},
     GN_FAILURE_CONNECT,
     "h:80: cannot connect to the proxy p.example:3128: Connection refused; "
     "check --proxy, proxy, or http_proxy in the environment"},
    {{.result = CURLE_COULDNT_CONNECT,
      .os_error = ECONNREFUSED,
      .proxied = true,
      .place = "[::1]:80",
      .detail = "Failed to connect to ::1 port 80 after 0 ms: why"},
     GN_FAILURE_CONNECT,
     "[::1]:80: cannot connect: Connection refused; check host, port and that "
     "the server is up"},
    {{.result = CURLE_COULDNT_CONNECT, .detail = "why"},
     GN_FAILURE_CONNECT,
     "h:80: cannot connect: why"},
    {{.result = CURLE_COULDNT_CONNECT, .socket_error = EMFILE},
     GN_FAILURE_LOCAL,
     "h:80: too many open files to make another connection; raise the limit "
     "(ulimit -n) or fetch fewer at a time"},
    {{.result = CURLE_COULDNT_CONNECT, .socket_error = EACCES},
     GN_FAILURE_LOCAL,
     "h:80: cannot make a socket: Permission denied"},
    {{.result = CURLE_PROXY},
     GN_FAILURE_CONNECT,
     "h:80: the proxy hung up, or speaks no SOCKS; check --proxy, proxy, or "
     "http_proxy in the environment"},
    {{.result = CURLE_PROXY, .proxy_error = CURLPX_USER_REJECTED},
     GN_FAILURE_CONNECT,
     "h:80: the proxy wants another user and password; put them into its URL "
     "(proxy, --proxy)"},
    {{.result = CURLE_PROXY, .proxy_error = CURLPX_NO_AUTH},
     GN_FAILURE_CONNECT,
     "h:80: the proxy wants another user and password; put them into its URL "
     "(proxy, --proxy)"},
    {{.result = CURLE_PROXY, .proxy_error = CURLPX_REPLY_NOT_ALLOWED},
     GN_FAILURE_CONNECT,
     "h:80: the proxy makes no connection (its rules forbid it); check that "
     "the server is up and may be reached by it, or take another (proxy, "
     "--proxy)"},
    {{.result = CURLE_PROXY, .proxy_error = CURLPX_RESOLVE_HOST},
     GN_FAILURE_RESOLVE,
     "h:80: the host name has no address here; check its spelling and the "
     "DNS, or have the proxy look it up (socks5h:)"},
    {{.cause = GN_CAUSE_PRIVATE},
     GN_FAILURE_REDIRECT,
     "h:80: this is at a private address, and a document or a redirect led "
     "there: not asked; if it is meant, write private: allow, or "
     "--private allow"},
    {{.result = CURLE_OPERATION_TIMEDOUT,
      .duration_ms = 1500,
      .phase = GN_PHASE_CONNECTING},
     GN_FAILURE_TIMEOUT,
     "h:80: no connection within 1.5s (connecting); check that the server "
     "is up, or raise the limit (timeout: connect, --connect-timeout)"},
    {{.result = CURLE_OPERATION_TIMEDOUT,
      .duration_ms = 60000,
      .phase = GN_PHASE_READING},
     GN_FAILURE_TIMEOUT,
     "h:80: not done within 1m (reading the reply); raise the limit "
     "(timeout: total, -m) if the server needs longer"},
    {{.cause = GN_CAUSE_STALLED, .phase = GN_PHASE_WAITING},
     GN_FAILURE_TIMEOUT,
     "h:80: no progress for 20s (waiting for the reply); raise the limit "
     "(timeout: stall, in a file) if the server needs longer"},
    {{.result = CURLE_PEER_FAILED_VERIFICATION, .detail = "self-signed"},
     GN_FAILURE_TLS,
     "h:80: the certificate is not trusted: self-signed; if it is right, name "
     "its authority's file (ca_file, --cacert)"},
    {{.result = CURLE_PEER_FAILED_VERIFICATION,
      .detail = "SSL: certificate subject name 'a' does not match target host "
                "name 'h'"},
     GN_FAILURE_TLS,
     "h:80: the certificate is for another host: SSL: certificate subject name "
     "'a' does not match target host name 'h'; check the host in the URL"},
    {{.result = CURLE_PEER_FAILED_VERIFICATION,
      .detail = "SSL certificate problem: certificate has expired"},
     GN_FAILURE_TLS,
     "h:80: the certificate is not valid now: SSL certificate problem: "
     "certificate has expired; check this machine's date, or tell the server's "
     "owner"},
    {{.result = CURLE_SSL_CONNECT_ERROR, .detail = "why"},
     GN_FAILURE_TLS,
     "h:80: no TLS connection: why; check that the server speaks https on this "
     "port"},
    {{.result = CURLE_SSL_CONNECT_ERROR,
      .detail = "error:0A000102:SSL routines::unsupported protocol"},
     GN_FAILURE_TLS,
     "h:80: the server speaks no TLS that is safe, 1.2 or newer; tell its "
     "owner"},
    {{.result = CURLE_SSL_CACERT_BADFILE, .detail = "bad file: x"},
     GN_FAILURE_TLS,
     "h:80: the certificates to trust cannot be read: bad file: x; name a PEM "
     "file of certificates (ca_file, --cacert)"},
    {{.result = CURLE_FILESIZE_EXCEEDED},
     GN_FAILURE_TOO_LARGE,
     "h:80: the body is over the limit of 1000 bytes (1000 B); raise it "
     "(body: max, --max-filesize) if this much is expected"},
    {{.result = CURLE_WRITE_ERROR, .cause = GN_CAUSE_BODY_TOO_LARGE},
     GN_FAILURE_TOO_LARGE,
     "h:80: the body is over the limit of 1000 bytes (1000 B); raise it "
     "(body: max, --max-filesize) if this much is expected"},
    {{.result = CURLE_TOO_MANY_REDIRECTS},
     GN_FAILURE_REDIRECT,
     "h:80: more than 3 redirects; check the URL for a loop, or raise the "
     "limit (redirects, --max-redirs)"},
    {{.result = CURLE_UNSUPPORTED_PROTOCOL, .place = "file", .refused = true},
     GN_FAILURE_REDIRECT,
     "redirected to file, which is refused: only http and https are followed"},
    {{.result = CURLE_UNSUPPORTED_PROTOCOL, .detail = "HTTP/0.9"},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: it is no HTTP, or of before 1996; check the "
     "port in the URL, and whether it is http or https there"},
    {{.result = CURLE_UNSUPPORTED_PROTOCOL,
      .detail = "Unsupported HTTP version (7.0) in response"},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: Unsupported HTTP version (7.0) in response; "
     "if it stays so, tell the server's owner"},
    {{.result = CURLE_WRITE_ERROR, .detail = "Failed writing received data"},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: its body goes on after what is compressed; "
     "if it stays so, tell the server's owner"},
    {{.cause = GN_CAUSE_TWO_LENGTHS, .result = CURLE_WRITE_ERROR},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: it has two lengths (Content-Length); if it "
     "stays so, tell the server's owner"},
    {{.cause = GN_CAUSE_SWITCHED},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: status 101, though nobody asked to switch; "
     "if it stays so, tell the server's owner"},
    {{.result = CURLE_URL_MALFORMAT,
      .phase = GN_PHASE_READING,
      .detail =
          "The redirect target URL could not be parsed: Bad IPv6 address"},
     GN_FAILURE_REDIRECT,
     "h:80: redirected to what is no URL: The redirect target URL could not be "
     "parsed: Bad IPv6 address; if it stays so, tell the server's owner"},
    {{.result = CURLE_URL_MALFORMAT, .detail = "why"},
     GN_FAILURE_LOCAL,
     "h:80: why"},
    {{.result = CURLE_RECV_ERROR,
      .proxied = true,
      .detail = "CONNECT tunnel failed, response 407"},
     GN_FAILURE_CONNECT,
     "h:80: the proxy wants another user and password (status 407); put them "
     "into its URL (proxy, --proxy)"},
    {{.result = CURLE_RECV_ERROR,
      .proxied = true,
      .detail = "CONNECT tunnel failed, response 401"},
     GN_FAILURE_CONNECT,
     "h:80: the proxy wants another user and password (status 401); put them "
     "into its URL (proxy, --proxy)"},
    {{.result = CURLE_RECV_ERROR,
      .proxied = true,
      .detail = "Received HTTP code 502 from proxy after CONNECT"},
     GN_FAILURE_CONNECT,
     "h:80: the proxy makes no connection (status 502); check that the server "
     "is up and may be reached by it, or take another (proxy, --proxy)"},
    {{.result = CURLE_RECV_ERROR,
      .proxied = true,
      .detail = "Proxy CONNECT aborted"},
     GN_FAILURE_CONNECT,
     "h:80: the proxy hung up, or it is none; check --proxy, proxy, or "
     "http_proxy in the environment"},
    {{.result = CURLE_RECV_ERROR, .detail = "Proxy CONNECT aborted"},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: Proxy CONNECT aborted; if it stays so, tell "
     "the server's owner"},
    {{.result = CURLE_PARTIAL_FILE}, GN_FAILURE_PROTOCOL, NULL},
    {{.result = CURLE_WRITE_ERROR, .cause = GN_CAUSE_HEAD_TOO_LARGE},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: its headers are over the limit of 256 KiB, "
     "or do not end"},
    {{.result = CURLE_WRITE_ERROR, .cause = GN_CAUSE_TOO_MANY_HEADERS},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: it has over 1000 headers, the limit, or they "
     "do not end"},
    {{.result = CURLE_WRITE_ERROR, .cause = GN_CAUSE_BODY_TOO_DENSE},
     GN_FAILURE_TOO_LARGE,
     "h:80: the body, decompressed, is over the limit of 200 times what was "
     "sent; raise it (body: ratio) if that is expected"},
    {{.cause = GN_CAUSE_CANCELED, .phase = GN_PHASE_STARTING},
     GN_FAILURE_CANCELED,
     "h:80: canceled while looking up the host, or waiting for a free "
     "connection"},
    {{.cause = GN_CAUSE_ELSEWHERE, .elsewhere = "other.org"},
     GN_FAILURE_REDIRECT,
     "h:80: redirected to another host, other.org, which \"hosts: same\" does "
     "not allow; ask there, or allow it"},
    {{.cause = GN_CAUSE_ELSEWHERE, .elsewhere = ""},
     GN_FAILURE_REDIRECT,
     "h:80: redirected to another host, one not known, which \"hosts: same\" "
     "does not allow; ask there, or allow it"},
    {{.result = CURLE_INTERFACE_FAILED, .detail = "why"},
     GN_FAILURE_LOCAL,
     "h:80: the interface to go out by cannot be used: why; name one of this "
     "machine, or its address"},
    {{.cause = GN_CAUSE_NO_MEMORY},
     GN_FAILURE_LOCAL,
     "h:80: out of memory for the reply; lower the limit of the body (body: "
     "max, --max-filesize), or fetch fewer at a time"},
    {{.cause = GN_CAUSE_NO_REST},
     GN_FAILURE_PROTOCOL,
     "h:80: the server sent another part than the one asked for"},
    {{.cause = GN_CAUSE_NOT_SAVED, .detail = "/a: no"},
     GN_FAILURE_LOCAL,
     "/a: no"},
    {{.result = CURLE_OUT_OF_MEMORY}, GN_FAILURE_LOCAL, "h:80: Out of memory"},
    {{.result = CURLE_OUT_OF_MEMORY, .phase = GN_PHASE_WAITING},
     GN_FAILURE_PROTOCOL,
     "h:80: the answer is broken: a header of over 100 KiB; or no memory was "
     "left for it"},
};

static void each_ending_has_its_sentence(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct gn_ending e = examples[i].e;
        char text[240] = "not written";

        e.limits = &limits;
        if (e.detail == NULL)
            e.detail = "";
        if (e.place == NULL)
            e.place = "h:80";
        assert_int_equal(gn_explain(&e, text), examples[i].failure);
        if (examples[i].text != NULL)
            assert_string_equal(text, examples[i].text);
        else
            assert_memory_equal(text, "h:80: ", 6);
    }
}

static void a_long_detail_is_cut(void **state)
{
    char detail[300];
    char text[240];
    struct gn_ending e = {.result = CURLE_RECV_ERROR,
                          .detail = detail,
                          .place = "h:80",
                          .limits = &limits};

    (void)state;
    memset(detail, 'x', sizeof detail);
    detail[299] = '\0';
    assert_int_equal(gn_explain(&e, text), GN_FAILURE_PROTOCOL);
    assert_non_null(strstr(text, "xxx; if it stays so, tell the server's "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_ending_has_its_sentence),
        cmocka_unit_test(a_long_detail_is_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
