/* server_test.c - real connections to a real port, with a view that stands in
 * for the engine. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/thread.h"
#include "serve/server.h"

enum { SOURCES = 2500, ANSWER = 1 << 20 };

/* The engine's stand-in, asked by the server's thread. */
struct engine {
    pthread_mutex_t lock;
    /* guarded by lock */
    enum gn_phase phase;
    size_t asked_first;
    size_t asked_max;
};

static struct engine engine;
static struct gn_server *server;
static char token_path[] = "/tmp/garner-server-XXXXXX";

static void view_status(void *context, struct gn_status *status)
{
    struct engine *e = context;

    *status = (struct gn_status){.sources = SOURCES, .next_due_us = 1000};
    gn_lock(&e->lock);
    status->phase = e->phase;
    gn_unlock(&e->lock);
}

static size_t view_sources(void *context, size_t first,
                           struct gn_source_status *lines, size_t max)
{
    struct engine *e = context;
    size_t count = 0;

    gn_lock(&e->lock);
    e->asked_first = first;
    e->asked_max = max;
    gn_unlock(&e->lock);
    for (; count < max && first + count < SOURCES; count++) {
        lines[count] = (struct gn_source_status){.next_due_us = 5};
        snprintf(lines[count].name, sizeof lines[count].name, "source %zu",
                 first + count);
    }
    return count;
}

static const struct gn_server_view view = {&engine, view_status, view_sources};

static enum garner_code open_on(const char *listen, const char *token_file,
                                struct garner_error *err)
{
    const struct gn_server_options options = {listen, token_file};

    return gn_server_open(&options, &view, &server, err);
}

static int set_up(void **state)
{
    (void)state;
    gn_mutex_init(&engine.lock);
    engine.phase = GN_PHASE_RUNNING;
    return open_on("127.0.0.1:0", NULL, NULL) != GARNER_OK;
}

static int tear_down(void **state)
{
    (void)state;
    gn_server_close(server);
    server = NULL;
    gn_mutex_fini(&engine.lock);
    return 0;
}

/* The port at the end of the server's URL. */
static uint16_t port(void)
{
    return (uint16_t)atoi(strrchr(gn_server_url(server), ':') + 1);
}

static int dial(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port())};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    return fd;
}

/* All that comes until the server closes; lives until the next call. */
static const char *receive(int fd)
{
    static char answer[ANSWER];
    size_t size = 0;
    ssize_t n;

    while ((n = recv(fd, answer + size, ANSWER - 1 - size, 0)) > 0)
        size += (size_t)n;
    answer[size] = '\0';
    assert_int_equal(close(fd), 0);
    return answer;
}

/* Sends a request whose lines are given, on a connection of its own. */
static const char *ask(const char *request, const char *headers)
{
    char text[2000];
    const int fd = dial();
    const int size = snprintf(text, sizeof text,
                              "%s HTTP/1.1\r\nConnection: close\r\n%s\r\n",
                              request, headers);

    assert_int_equal(send(fd, text, (size_t)size, MSG_NOSIGNAL), size);
    return receive(fd);
}

static const char *get(const char *path)
{
    char request[200];

    snprintf(request, sizeof request, "GET %s", path);
    return ask(request, "Host: localhost\r\n");
}

static void status_is(const char *answer, int status)
{
    char start[20];

    snprintf(start, sizeof start, "HTTP/1.1 %d ", status);
    if (strncmp(answer, start, strlen(start)) != 0)
        fail_msg("not %d: %.300s", status, answer);
}

static const char *body(const char *answer)
{
    const char *end = strstr(answer, "\r\n\r\n");

    assert_non_null(end);
    return end + 4;
}

static void routes_answer(void **state)
{
    const char *answer = get("/healthz");

    (void)state;
    status_is(answer, 200);
    assert_string_equal(body(answer), "ok\n");
    assert_non_null(strcasestr(answer, "\r\nCache-Control: no-store\r\n"));
    assert_non_null(strcasestr(answer, "\r\nX-Content-Type-Options: nosniff"));
    assert_non_null(strcasestr(answer, "Content-Type: text/plain"));

    answer = get("/");
    status_is(answer, 200);
    assert_non_null(strstr(body(answer), "/healthz"));
    assert_non_null(strstr(body(answer), "/status.json"));
    assert_non_null(strstr(body(answer), "/metrics"));

    answer = get("/metrics");
    status_is(answer, 200);
    assert_non_null(strcasestr(answer, "Content-Type: text/plain; "
                                       "version=0.0.4"));
    assert_non_null(strstr(body(answer), "\ngarner_sources 2500\n"));

    answer = get("/status.json");
    status_is(answer, 200);
    assert_non_null(strcasestr(answer, "Content-Type: application/json"));
    assert_non_null(strstr(body(answer), "\"sources_total\":2500"));
    assert_non_null(strstr(body(answer), "\"source 99\""));
    assert_null(strstr(body(answer), "\"source 100\""));
}

static void health_follows_the_phase(void **state)
{
    static const struct {
        enum gn_phase phase;
        int status;
        const char *text;
    } cases[] = {{GN_PHASE_STARTING, 200, "ok\n"},
                 {GN_PHASE_RUNNING, 200, "ok\n"},
                 {GN_PHASE_DRAINING, 503, "draining\n"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *answer;

        gn_lock(&engine.lock);
        engine.phase = cases[i].phase;
        gn_unlock(&engine.lock);
        answer = get("/healthz");
        status_is(answer, cases[i].status);
        assert_string_equal(body(answer), cases[i].text);
    }
}

static void sources_come_in_pages(void **state)
{
    static const char *const wrong[] = {
        "?first=-1",   "?first=x",   "?max=1001",
        "?max=",       "?first=1x",  "?max=99999999999999999999",
        "?first=%201", "?first=%2b1"};
    const char *answer = get("/status.json?first=2400&max=1000");

    (void)state;
    status_is(answer, 200);
    assert_non_null(strstr(answer, "\"sources_first\":2400"));
    assert_non_null(strstr(answer, "\"source 2400\""));
    assert_non_null(strstr(answer, "\"source 2499\""));
    gn_lock(&engine.lock);
    assert_int_equal(engine.asked_first, 2400);
    assert_int_equal(engine.asked_max, 1000);
    gn_unlock(&engine.lock);
    answer = get("/status.json?first=99999999&max=0");
    status_is(answer, 200);
    assert_non_null(strstr(answer, "\"sources\":[]"));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        char path[100];

        snprintf(path, sizeof path, "/status.json%s", wrong[i]);
        answer = get(path);
        status_is(answer, 400);
    }
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    status_is(get("/nothing"), 404);
    status_is(get("/healthz/"), 404);
    status_is(get("//healthz"), 404);
    status_is(get("/../etc/passwd"), 404);
    assert_string_equal(body(get("/x")), "not found; / lists what there is\n");
}

static void nothing_but_get_and_head(void **state)
{
    static const char *const methods[] = {"DELETE", "OPTIONS", "PATCH", "POST",
                                          "PUT",    "TRACE",   "get",   "FOO"};
    const char *answer;

    (void)state;
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        char request[100];

        snprintf(request, sizeof request, "%s /healthz", methods[i]);
        answer = ask(request, "Host: localhost\r\n");
        status_is(answer, 405);
        assert_non_null(strcasestr(answer, "\r\nAllow: GET, HEAD\r\n"));
        answer =
            ask(request, "Host: localhost\r\nContent-Length: 5\r\n\r\nhello");
        status_is(answer, 405);
    }
    answer = ask("HEAD /healthz", "Host: localhost\r\n");
    status_is(answer, 200);
    assert_non_null(strcasestr(answer, "\r\nContent-Length: 3\r\n"));
    assert_string_equal(body(answer), "");
    /* a body with GET is read past */
    answer = ask("GET /healthz",
                 "Host: localhost\r\nContent-Length: 5\r\n\r\nhello");
    status_is(answer, 200);
    answer = ask("GET /healthz", "Host: localhost\r\nTransfer-Encoding: "
                                 "chunked\r\n\r\n5\r\nhello\r\n0\r\n");
    status_is(answer, 200);
}

static void foreign_hosts_are_refused(void **state)
{
    const char *answer = ask("GET /status.json", "Host: evil.example\r\n");
    char host[60];

    (void)state;
    status_is(answer, 403);
    assert_null(strstr(answer, "sources"));
    status_is(ask("GET /healthz", "Host: evil.example:80\r\n"), 403);
    snprintf(host, sizeof host, "Host: 127.0.0.1:%d\r\n", port());
    status_is(ask("GET /healthz", host), 200);
    status_is(ask("GET /healthz", "Host: [::1]:80\r\n"), 200);
    status_is(ask("GET /healthz", ""), 400); /* HTTP/1.1 asks for one */
}

static void a_connection_is_kept(void **state)
{
    static const char once[] =
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n";
    static const char last[] = "GET / HTTP/1.1\r\nHost: localhost\r\n"
                               "Connection: close\r\n\r\n";
    const int fd = dial();
    const char *answer;

    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(send(fd, once, sizeof once - 1, MSG_NOSIGNAL),
                         sizeof once - 1);
    assert_int_equal(send(fd, last, sizeof last - 1, MSG_NOSIGNAL),
                     sizeof last - 1);
    answer = receive(fd);
    for (int i = 0; i < 3; i++) {
        status_is(answer, 200);
        answer = body(answer);
        assert_memory_equal(answer, "ok\n", 3);
        answer += 3;
    }
    status_is(answer, 200);
}

static void broken_clients_hurt_nobody(void **state)
{
    static const char *const pieces[] = {
        "",
        "GET",
        "GET / HTTP/1.1\r\nHost: loc",
        "\r\n\r\n\r\n",
        "GET /healthz HTTP/9.9\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc",
        "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999\r\n\r\nx"};
    static const char head[] = "GET / HTTP/1.1\r\nHost: localhost\r\nX: ";
    static char huge[40000];
    int fd;

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof pieces[0]; i++) {
        const size_t size = strlen(pieces[i]);

        fd = dial();
        assert_int_equal(send(fd, pieces[i], size, MSG_NOSIGNAL), size);
        assert_int_equal(close(fd), 0);
    }
    memset(huge, 'x', sizeof huge);
    for (size_t i = 0; i < sizeof head - 1; i++)
        huge[i] = head[i];
    fd = dial();
    (void)!send(fd, huge, sizeof huge, MSG_NOSIGNAL);
    (void)shutdown(fd, SHUT_WR); /* it may have hung up already */
    (void)receive(fd);
    status_is(get("/healthz"), 200);
}

static void lost_memory_is_told(void **state)
{
    unsigned told = 0;

    (void)state;
    for (unsigned nth = 1; nth < 12; nth++) {
        const char *answer;

        gn_mem_fail_at(nth);
        answer = get("/status.json");
        gn_mem_fail_at(0);
        if (strncmp(answer, "HTTP/1.1 503 ", 13) == 0) {
            assert_string_equal(body(answer), "out of memory\n");
            told++;
        } else {
            status_is(answer, 200);
        }
    }
    assert_true(told >= 2);
    gn_mem_fail_at(1);
    status_is(get("/"), 503);
    gn_mem_fail_at(0);
}

static void a_token_is_asked_for(void **state)
{
    const int fd = mkstemp(token_path);
    const char *answer;

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "s3cret\n", 7), 7);
    assert_int_equal(close(fd), 0);
    gn_server_close(server);
    assert_int_equal(open_on("0.0.0.0:0", token_path, NULL), GARNER_OK);
    assert_int_equal(unlink(token_path), 0);

    answer = get("/status.json");
    status_is(answer, 401);
    assert_non_null(strcasestr(answer, "\r\nWWW-Authenticate: Bearer"));
    assert_null(strstr(answer, "sources"));
    status_is(get("/healthz"), 401);
    status_is(get("/nothing"), 401);
    status_is(ask("POST /", "Host: h\r\n"), 401);
    status_is(ask("GET /", "Host: h\r\nAuthorization: Bearer wrong\r\n"), 401);
    /* others reach it by names we cannot know; the token protects it */
    status_is(ask("GET /", "Host: h\r\nAuthorization: Bearer s3cret\r\n"), 200);
}

static void ipv6_is_served(void **state)
{
    struct sockaddr_in6 to = {.sin6_family = AF_INET6,
                              .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    static const char text[] = "GET /healthz HTTP/1.0\r\n\r\n";
    struct garner_error err;
    enum garner_code code;
    int fd;

    (void)state;
    gn_server_close(server);
    code = open_on("[::1]:0", NULL, &err);
    if (code != GARNER_OK) { /* a machine without IPv6 says so */
        assert_non_null(strstr(err.message, "cannot listen on [::1]:0: "));
        skip();
    }
    assert_memory_equal(gn_server_url(server), "http://[::1]:", 13);
    to.sin6_port = htons(port());
    fd = socket(AF_INET6, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(fd, text, sizeof text - 1, MSG_NOSIGNAL),
                     sizeof text - 1);
    assert_non_null(strstr(receive(fd), "\r\n\r\nok\n"));
}

static void what_cannot_be_opened_is_explained(void **state)
{
    struct gn_server *const first = server;
    struct garner_error err;
    char listen[60];
    char said[240];

    (void)state;
    snprintf(listen, sizeof listen, "127.0.0.1:%d", port());
    assert_int_equal(open_on(listen, NULL, &err), GARNER_IO);
    assert_null(server);
    snprintf(said, sizeof said,
             "cannot listen on %s: Address already in use; another program "
             "listens there: take another port, or 0 for any free one",
             listen);
    assert_string_equal(err.message, said);
    assert_true(err.native != 0);
    assert_int_equal(open_on("0.0.0.0:0", NULL, &err), GARNER_INVALID);
    assert_string_equal(err.message,
                        "will not listen on 0.0.0.0:0, which other machines "
                        "can reach, without a token file: give one, or listen "
                        "on 127.0.0.1");
    assert_int_equal(open_on("[::]:0", NULL, &err), GARNER_INVALID);
    assert_int_equal(open_on("nowhere", NULL, &err), GARNER_INVALID);
    assert_int_equal(open_on("127.0.0.1:0", "/nonexistent/t", &err),
                     GARNER_NOTFOUND);
    gn_mem_fail_at(1);
    assert_int_equal(open_on("127.0.0.1:0", NULL, &err), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_null(server);
    gn_server_close(NULL);
    server = first;
    status_is(get("/healthz"), 200);
}

/* Clients that never say anything do not keep it from ending. */
static void it_ends_with_connections_open(void **state)
{
    int fds[20];

    (void)state;
    for (size_t i = 0; i < 20; i++)
        fds[i] = dial();
    status_is(get("/healthz"), 200);
    gn_server_close(server);
    server = NULL;
    for (size_t i = 0; i < 20; i++)
        assert_string_equal(receive(fds[i]), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(routes_answer),
        TEST(health_follows_the_phase),
        TEST(sources_come_in_pages),
        TEST(what_is_not_there_is_told),
        TEST(nothing_but_get_and_head),
        TEST(foreign_hosts_are_refused),
        TEST(a_connection_is_kept),
        TEST(broken_clients_hurt_nobody),
        TEST(lost_memory_is_told),
        TEST(a_token_is_asked_for),
        TEST(ipv6_is_served),
        TEST(what_cannot_be_opened_is_explained),
        TEST(it_ends_with_connections_open),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
