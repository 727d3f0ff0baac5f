/* faults_test.c - servers that are slow, silent, wrong, hostile or not there.
 */
#include "fetch/fixture_test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define TEXT_64                                                                \
    "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define TEXT_256 TEXT_64 TEXT_64 TEXT_64 TEXT_64
#define KIBIBYTE TEXT_256 TEXT_256 TEXT_256 TEXT_256

/* 3 bits of head and a length of 258 bytes back to the byte before, again and
 * again: deflate's densest text (RFC 1951, fixed codes). */
static size_t pack_zeros(unsigned char *out, size_t room)
{
    static const unsigned char head[] = {0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3};
    static const char first[] = "110"       /* last block, fixed codes */
                                "00110000"; /* a zero */
    static const char again[] = "11000101"  /* length 258 */
                                "00000";    /* distance 1 */
    const char *bit = first;
    size_t at = 0;

    memset(out, 0, room);
    memcpy(out, head, sizeof head);
    for (size_t i = sizeof head * 8; i < room * 8; i++) {
        if (*bit == '\0')
            bit = again;
        if (*bit++ == '1')
            out[i / 8] = (unsigned char)(out[i / 8] | 1U << i % 8);
        at = i / 8 + 1;
    }
    return at;
}

static void send_bomb(struct tcp_peer *p)
{
    static unsigned char bomb[65536]; /* 10 MiB of zeros */
    char head[128];
    size_t size = pack_zeros(bomb, sizeof bomb);

    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
             "Content-Length: %zu\r\n\r\n",
             size);
    (void)(tcp_peer_text(p, head) && tcp_peer_send(p, bomb, size));
}

/* Replies with as many headers as an answer may have, or one more. */
static void send_headers(struct tcp_peer *p)
{
    const int count = tcp_peer_asks(p, "/headers/most") ? 1000 : 1001;
    bool sent = tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n");

    for (int i = 1; i < count && sent; i++)
        sent = tcp_peer_text(p, "X-More: and more\r\n");
    (void)(sent && tcp_peer_text(p, "\r\nabc"));
}

static void send_gzip(struct tcp_peer *p)
{
    static const unsigned char hello[] = {
        0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0xff,
        0xcb, 0x48, 0xcd, 0xc9, 0xc9, 0x57, 0xc8, 0x40, 0x27, 0x01,
        0xe3, 0x51, 0x3d, 0x8d, 0x17, 0x00, 0x00, 0x00}; /* "hello hello hello
                                                            hello" */
    char head[128];

    snprintf(head, sizeof head,
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n"
             "Content-Length: %zu\r\n\r\n",
             sizeof hello);
    (void)(tcp_peer_text(p, head) && tcp_peer_send(p, hello, sizeof hello));
}

static void send_endlessly(struct tcp_peer *p, const char *head,
                           const char *piece)
{
    bool there = tcp_peer_text(p, head);

    while (there)
        there = tcp_peer_text(p, piece);
}

/* The longest that a byte of /slow was kept back. */
static atomic_int_fast64_t longest_gap_ns;

/* Sixty bytes, 15 ms apart. */
static void send_slowly(struct tcp_peer *p)
{
    bool there =
        tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 60\r\n\r\n");
    int64_t sent_ns = gn_clock_monotonic_ns();

    for (int i = 0; i < 60 && there; i++) {
        const int64_t before_ns = sent_ns;

        usleep(15000);
        there = tcp_peer_text(p, "x");
        sent_ns = gn_clock_monotonic_ns();
        if (sent_ns - before_ns > atomic_load(&longest_gap_ns))
            atomic_store(&longest_gap_ns, sent_ns - before_ns);
    }
}

static void send_redirect(struct tcp_peer *p)
{
    char location[128];

    snprintf(location, sizeof location,
             "Location: http://me:secret@127.0.0.1:%d/500\r\n",
             tcp_server_port(p->server));
    tcp_peer_reply(p, "301 Moved", location, "this is not the body");
}

static const struct {
    const char *path;
    const char *reply;
    bool wait; /* then say nothing more; else close */
} replies[] = {
    {"/stall", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true},
    {"/silent", "", true},
    {"/cut", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", false},
    {"/chunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
     false},
    {"/badchunk", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
     true},
    {"/more", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcdef", false},
    {"/large", "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n", true},
    {"/garbage", "\001\002 what?\r\n\r\n", false},
    {"/version", "HTTP/9.9 200 OK\r\n\r\n", false},
    {"/nothing", "", false},
    {"/switch", "HTTP/1.1 101 Switching Protocols\r\n\r\nabc", false},
    {"/lengths",
     "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 6\r\n\r\nabcdef",
     true},
    {"/badgzip",
     "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\n"
     "not gzip!",
     true},
};

static void misbehave(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/500")) {
            tcp_peer_reply(p, "500 Sorry", "", "it broke");
        } else if (tcp_peer_asks(p, "/loop")) {
            tcp_peer_reply(p, "302 Found", "Location: /loop\r\n", "");
        } else if (tcp_peer_asks(p, "/to-file")) {
            tcp_peer_reply(p, "302 Found", "Location: file:///etc/passwd\r\n",
                           "");
        } else if (tcp_peer_asks(p, "/to-500")) {
            send_redirect(p);
        } else if (tcp_peer_asks(p, "/slow")) {
            send_slowly(p);
        } else if (tcp_peer_asks(p, "/bomb")) {
            send_bomb(p);
        } else if (tcp_peer_asks(p, "/gzip")) {
            send_gzip(p);
        } else if (tcp_peer_asks(p, "/endless-body")) {
            send_endlessly(p, "HTTP/1.1 200 OK\r\n\r\n", "more and more");
        } else if (tcp_peer_asks(p, "/endless-head")) {
            send_endlessly(p, "HTTP/1.1 200 OK\r\n", "X-More: and more\r\n");
        } else if (tcp_peer_asks(p, "/large-head")) {
            send_endlessly(p, "HTTP/1.1 200 OK\r\n",
                           "X-More: " KIBIBYTE "\r\n");
        } else if (tcp_peer_asks(p, "/headers/")) {
            send_headers(p);
        } else if (tcp_peer_asks(p, "/huge-header")) {
            send_endlessly(p, "HTTP/1.1 200 OK\r\nX-More: ", "and more");
        } else if (tcp_peer_asks(p, "/reset")) {
            tcp_peer_reset(p);
            return;
        } else {
            size_t i = 0;

            while (i < sizeof replies / sizeof replies[0] &&
                   !tcp_peer_asks(p, replies[i].path))
                i++;
            assert_true(i < sizeof replies / sizeof replies[0]);
            (void)tcp_peer_text(p, replies[i].reply);
            if (replies[i].wait)
                tcp_peer_wait(p);
            return;
        }
    }
}

static void a_refused_connection_is_told(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM, 0); /* bound: nobody else's port */
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, misbehave, NULL);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, size), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(address.sin_port));
    r = fetch_url(&fx, url, NULL);
    assert_int_equal(r.failure, GN_FAILURE_CONNECT);
    assert_has(r.error, "cannot connect: Connection refused");
    close(fd);
    finish(&fx);
}

static void a_server_without_tls_is_told(void **state)
{
    const struct gn_request brief = {.limits = {.connect_ms = 300}};
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, misbehave, NULL); /* waits for a request that never ends */
    snprintf(url, sizeof url, "https://127.0.0.1:%d/",
             tcp_server_port(fx.server));
    r = fetch_url(&fx, url, &brief);
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    assert_has(r.error, "no connection within 300ms (connecting)");
    finish(&fx);
}

static void silence_ends_by_the_stall_limit(void **state)
{
    const struct gn_request brief = {.limits = {.stall_ms = 300}};
    const struct gn_request longer = {.limits = {.stall_ms = 750}};
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    r = fetch(&fx, "/silent", &brief);
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    assert_has(r.error, "no progress for 300ms (waiting for the reply)");
    assert_true(r.duration_us >= 299000);
    do
        r = fetch(&fx, "/stall", &brief);
    while (r.status == 0); /* its first bytes came too late */
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    assert_has(r.error, "no progress for 300ms (reading the reply)");
    assert_int_equal(r.status, 200);
    assert_int_equal(r.size, 0); /* no half bodies */
    do { /* again, where the machine kept the server from its work */
        atomic_store(&longest_gap_ns, 0);
        r = fetch(&fx, "/slow", &longer);
    } while (r.failure == GN_FAILURE_TIMEOUT &&
             atomic_load(&longest_gap_ns) > INT64_C(300) * 1000000);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(r.size, 60); /* it took longer, but never slept */
    finish(&fx);
}

static void slowness_ends_by_the_total_limit(void **state)
{
    const struct gn_request brief = {.limits = {.total_ms = 80}};
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    r = fetch(&fx, "/slow", &brief);
    assert_int_equal(r.failure, GN_FAILURE_TIMEOUT);
    assert_has(r.error, "not done within 80ms");
    finish(&fx);
}

static void broken_answers_are_told(void **state)
{
    static const char *const paths[] = {
        "/cut",        "/chunk",  "/badchunk", "/garbage",      "/version",
        "/nothing",    "/reset",  "/badgzip",  "/endless-head", "/huge-header",
        "/large-head", "/switch", "/lengths"};
    struct fixture fx;

    (void)state;
    begin(&fx, misbehave, NULL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct result r = fetch(&fx, paths[i], NULL);

        assert_int_equal(r.failure, GN_FAILURE_PROTOCOL);
        assert_has(r.error, "127.0.0.1:");
        assert_has(r.error, ": the answer is broken: ");
        assert_int_equal(r.size, 0);
        if (strcmp(paths[i], "/endless-head") == 0)
            assert_has(r.error, "it has over 1000 headers, the limit");
        if (strcmp(paths[i], "/large-head") == 0)
            assert_has(r.error, "headers are over the limit of 256 KiB");
        if (strcmp(paths[i], "/huge-header") == 0)
            assert_has(r.error, "a header of over 100 KiB");
        if (strcmp(paths[i], "/switch") == 0)
            assert_has(r.error, "status 101");
        if (strcmp(paths[i], "/lengths") == 0)
            assert_has(r.error, "it has two lengths");
    }
    finish(&fx);
}

static void answers_that_can_be_used_are(void **state)
{
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    r = fetch(&fx, "/500", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(r.status, 500);
    assert_string_equal(r.body, "it broke");
    assert_string_equal(r.type, "none");
    r = fetch(&fx, "/more", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_string_equal(r.body, "abc");
    r = fetch(&fx, "/gzip", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_string_equal(r.body, "hello hello hello hello");
    assert_int_equal(r.wire_bytes, 28);
    finish(&fx);
}

static void bodies_over_the_limit_are_refused(void **state)
{
    static const char *const paths[] = {"/large", "/bomb", "/endless-body"};
    const struct gn_request small = {.limits = {.max_body_bytes = 100000}};
    struct fixture fx;

    (void)state;
    begin(&fx, misbehave, NULL);
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
        struct result r = fetch(&fx, paths[i], &small);

        assert_int_equal(r.failure, GN_FAILURE_TOO_LARGE);
        assert_has(r.error, "over the limit of 100000 bytes (98 KiB)");
        assert_int_equal(r.size, 0);
    }
    finish(&fx);
}

/* 10 MiB out of 64 KiB. */
static void a_body_may_be_too_dense(void **state)
{
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    r = fetch(&fx, "/bomb", &(struct gn_request){.limits.max_ratio = 100});
    assert_int_equal(r.failure, GN_FAILURE_TOO_LARGE);
    assert_has(r.error, "over the limit of 100 times what was sent");
    assert_int_equal(r.size, 0);
    r = fetch(&fx, "/bomb", &(struct gn_request){.limits.max_ratio = 2000});
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    r = fetch(&fx, "/gzip", &(struct gn_request){.limits.max_ratio = 1});
    assert_int_equal(r.failure, GN_FAILURE_NONE); /* as small as it is */
    finish(&fx);
}

static void a_thousand_headers_are_the_most(void **state)
{
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    r = fetch(&fx, "/headers/most", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_string_equal(r.body, "abc");
    r = fetch(&fx, "/headers/more", NULL);
    assert_int_equal(r.failure, GN_FAILURE_PROTOCOL);
    assert_has(r.error, "it has over 1000 headers");
    finish(&fx);
}

static void a_body_of_just_the_limit_is_fine(void **state)
{
    struct fixture fx;

    (void)state;
    begin(&fx, misbehave, NULL);
    assert_int_equal(
        fetch(&fx, "/500", &(struct gn_request){.limits.max_body_bytes = 8})
            .failure,
        GN_FAILURE_NONE);
    assert_int_equal(
        fetch(&fx, "/500", &(struct gn_request){.limits.max_body_bytes = 7})
            .failure,
        GN_FAILURE_TOO_LARGE);
    finish(&fx);
}

static void redirects_are_followed_within_bounds(void **state)
{
    const struct gn_request none = {.limits = {.max_redirects = -1}};
    const struct gn_request three = {.limits = {.max_redirects = 3}};
    struct fixture fx;
    struct result r;
    char url[64];

    (void)state;
    begin(&fx, misbehave, NULL);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/500",
             tcp_server_port(fx.server));
    r = fetch(&fx, "/to-500", NULL);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(r.status, 500);
    assert_string_equal(r.body, "it broke");
    assert_int_equal(r.redirects, 1);
    assert_string_equal(r.final_url, url); /* without the password */
    assert_lacks(r.headers, "location");
    r = fetch(&fx, "/to-500", &none);
    assert_int_equal(r.failure, GN_FAILURE_NONE);
    assert_int_equal(r.status, 301);
    assert_string_equal(r.body, "this is not the body");
    r = fetch(&fx, "/loop", &three);
    assert_int_equal(r.failure, GN_FAILURE_REDIRECT);
    assert_has(r.error, "more than 3 redirects");
    assert_int_equal(r.redirects, 3);
    r = fetch(&fx, "/to-file", NULL);
    assert_int_equal(r.failure, GN_FAILURE_REDIRECT);
    assert_has(r.error, "redirected to file, which is refused");
    assert_int_equal(r.size, 0);
    finish(&fx);
}

static void one_bad_server_leaves_the_others_alone(void **state)
{
    static const char *const paths[] = {"/cut",   "/500",     "/silent",
                                        "/reset", "/garbage", "/slow",
                                        "/large", "/chunk"};
    const struct gn_request small = {.limits = {.max_body_bytes = 1000}};
    const struct gn_request brief = {.limits = {.stall_ms = 500}};
    struct gn_target *targets[8];
    struct result r[80] = {{0}};
    struct fixture fx;

    (void)state;
    begin(&fx, misbehave, NULL);
    for (int i = 0; i < 8; i++)
        targets[i] = target_at(&fx, paths[i], i == 2 ? &brief : &small);
    for (int i = 0; i < 80; i++)
        start(&fx, targets[i % 8], &r[i], NULL);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    for (int i = 0; i < 80; i++) {
        assert_int_equal(r[i].calls, 1);
        assert_int_equal(r[i].failure == GN_FAILURE_NONE,
                         i % 8 == 1 || i % 8 == 5);
    }
    for (int i = 0; i < 8; i++)
        gn_target_free(targets[i]);
    finish(&fx);
}

static void no_file_left_is_told(void **state)
{
    struct rlimit old;
    struct rlimit low;
    struct fixture fx;
    struct result r;

    (void)state;
    begin(&fx, misbehave, NULL);
    assert_int_equal(fetch(&fx, "/nothing", NULL).calls, 1);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    low = old;
    low.rlim_cur = 3; /* what is open stays, whatever its number */
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
    r = fetch(&fx, "/500", NULL);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
    assert_int_equal(r.failure, GN_FAILURE_LOCAL);
    assert_has(r.error, "too many open files");
    assert_int_equal(fetch(&fx, "/500", NULL).status, 500);
    finish(&fx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_connection_is_told),
        cmocka_unit_test(a_server_without_tls_is_told),
        cmocka_unit_test(silence_ends_by_the_stall_limit),
        cmocka_unit_test(slowness_ends_by_the_total_limit),
        cmocka_unit_test(broken_answers_are_told),
        cmocka_unit_test(answers_that_can_be_used_are),
        cmocka_unit_test(bodies_over_the_limit_are_refused),
        cmocka_unit_test(a_body_may_be_too_dense),
        cmocka_unit_test(a_thousand_headers_are_the_most),
        cmocka_unit_test(a_body_of_just_the_limit_is_fine),
        cmocka_unit_test(redirects_are_followed_within_bounds),
        cmocka_unit_test(one_bad_server_leaves_the_others_alone),
        cmocka_unit_test(no_file_left_is_told),
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
