/* sink_test.c - bodies that go to a file as they come, and are gone on with;
 * those that leave memory. */
#include "fetch/fixture_test.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fetch/part.h"
#include "fetch/spool.h"

enum { LARGE = 3000000 };

static char folder[32];
static char path[64];     /* of a file in it */
static const char *spool; /* where large bodies go; NULL: to memory */

static void send_large(struct tcp_peer *p, size_t size)
{
    char *body = malloc(LARGE);

    assert_non_null(body);
    memset(body, 'x', LARGE);
    tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n");
    tcp_peer_send(p, body, size);
    free(body);
}

enum { PIECE = 1000 }; /* what comes before a cut */

/* "/rest-...": of 3000 bytes, the first 1000 and a cut; a request for a part
 * gets what the path's next letter says. */
static bool serve_rest(struct tcp_peer *p)
{
    const bool asks =
        strstr(p->request, "\r\nRange: bytes=1000-\r\n") != NULL &&
        strstr(p->request, "\r\nIf-Range: \"v1\"\r\n") != NULL &&
        strstr(p->request, "\r\nAccept-Encoding: identity\r\n") != NULL;
    const char kind = p->request[strlen("GET /rest-")];
    char body[3000];

    memset(body, 'a', PIECE);
    memset(body + PIECE, 'b', sizeof body - PIECE);
    if (!asks) {
        assert_null(strstr(p->request, "Range:"));
        tcp_peer_text(p, "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\n"
                         "Content-Length: 3000\r\n\r\n");
        tcp_peer_send(p, body, PIECE);
        return false;
    }
    if (kind == 'r' || kind == 'c') {
        tcp_peer_text(p, "HTTP/1.1 206 Partial Content\r\nETag: \"v1\"\r\n"
                         "Content-Range: bytes 1000-2999/3000\r\n"
                         "Content-Length: 2000\r\n\r\n");
        tcp_peer_send(p, body + PIECE, kind == 'r' ? 2 * PIECE : PIECE);
        return kind == 'r';
    }
    if (kind == 'o')
        return tcp_peer_reply(p, "206 Partial Content",
                              "Content-Range: bytes 0-3/4\r\n", "wrong");
    if (kind == 'w')
        return tcp_peer_reply(p, "200 OK", "ETag: \"v2\"\r\n", "another");
    if (kind == '5')
        return tcp_peer_reply(p, "503 Later", "", "later");
    return tcp_peer_reply(p, "416 No", "", "no");
}

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p)) {
        if (tcp_peer_asks(p, "/rest")) {
            if (!serve_rest(p))
                return;
        } else if (tcp_peer_asks(p, "/404"))
            tcp_peer_reply(p, "404 Not Found", "", "no");
        else if (tcp_peer_asks(p, "/206"))
            tcp_peer_reply(p, "206 Partial Content", "", "half");
        else if (tcp_peer_asks(p, "/empty"))
            tcp_peer_reply(p, "200 OK", "", "");
        else if (tcp_peer_asks(p, "/moved"))
            tcp_peer_reply(p, "302 Found", "Location: /there\r\n", "elsewhere");
        else if (tcp_peer_asks(p, "/large"))
            send_large(p, LARGE);
        else if (tcp_peer_asks(p, "/cut")) {
            send_large(p, LARGE / 2);
            return;
        } else {
            tcp_peer_reply(p, "200 OK", "", "hello");
        }
    }
}

/* What a fetch told. */
struct told {
    bool commits; /* to put the file in its place */
    enum gn_failure failure;
    char error[240];
    int64_t size;
    size_t in_memory;
    size_t in_spool;
    bool has_part;
    bool is_hashed; /* as what the file holds, or the spool, or memory */
};

static bool is_hash_of(const unsigned char *sha256, const void *data,
                       size_t size)
{
    unsigned char own[32];

    return EVP_Digest(data, size, own, NULL, EVP_sha256(), NULL) == 1 &&
           memcmp(own, sha256, sizeof own) == 0;
}

static bool is_hash_of_file(const unsigned char *sha256)
{
    char *data = malloc(LARGE + 1);
    FILE *f = fopen(path, "r");
    size_t size;
    bool same;

    assert_non_null(data);
    assert_non_null(f);
    size = fread(data, 1, LARGE + 1, f);
    fclose(f);
    same = is_hash_of(sha256, data, size);
    free(data);
    return same;
}

static void done(void *context, struct gn_response *r)
{
    struct told *t = context;

    t->failure = r->failure;
    snprintf(t->error, sizeof t->error, "%s", r->error);
    t->size = r->size;
    t->in_memory = r->body->size;
    t->has_part = r->part != NULL;
    t->in_spool = r->spool != NULL ? gn_spool_size(r->spool) : 0;
    if (r->spool != NULL) {
        t->is_hashed =
            is_hash_of(r->sha256, gn_spool_data(r->spool), t->in_spool);
        if (t->has_part && t->commits) {
            assert_int_equal(gn_part_commit(r->part, NULL), GARNER_OK);
            t->is_hashed = t->is_hashed && is_hash_of_file(r->sha256);
        }
    } else if (!t->has_part) {
        t->is_hashed = is_hash_of(r->sha256, r->body->data, r->body->size);
    } else if (t->commits) {
        assert_int_equal(gn_part_commit(r->part, NULL), GARNER_OK);
        t->is_hashed = is_hash_of_file(r->sha256);
    }
}

/* What a second fetch told, which goes on with what the first got. */
struct rest {
    struct fixture *fx;
    struct gn_target *target;
    struct told told;
    int calls;
    int status;
    bool has_no_rest;
    int64_t part_size;
    char version[32]; /* "": none */
};

static void rest_done(void *context, struct gn_response *r)
{
    struct rest *rest = context;

    if (rest->calls++ == 0) {
        struct gn_part *part = r->part;

        assert_int_equal(r->failure, GN_FAILURE_PROTOCOL);
        assert_non_null(part);
        assert_string_equal(r->version, "\"v1\"");
        assert_int_equal(gn_part_size(part), PIECE);
        r->part = NULL;
        assert_true(gn_target_resume(rest->target, part, r->version));
        assert_int_equal(gn_fetcher_start(rest->fx->f, rest->target, rest_done,
                                          rest, NULL, NULL),
                         GARNER_OK);
        return;
    }
    if (rest->calls == 3) { /* it asked for all, and that was cut */
        assert_int_equal(r->failure, GN_FAILURE_PROTOCOL);
        assert_non_null(r->version);
        return;
    }
    rest->status = r->status;
    rest->has_no_rest = r->has_no_rest;
    rest->part_size = r->part != NULL ? gn_part_size(r->part) : -1;
    snprintf(rest->version, sizeof rest->version, "%s",
             r->version != NULL ? r->version : "");
    rest->told.commits = r->version == NULL;
    done(&rest->told, r);
    assert_int_equal(gn_fetcher_start(rest->fx->f, rest->target, rest_done,
                                      rest, NULL, NULL),
                     GARNER_OK);
}

static struct rest go_on(const char *url)
{
    struct fixture fx;
    struct rest rest = {.fx = &fx};

    begin(&fx, serve, NULL);
    rest.target = target_at(&fx, url, NULL);
    assert_true(gn_target_save(rest.target, path, false));
    assert_int_equal(
        gn_fetcher_start(fx.f, rest.target, rest_done, &rest, NULL, NULL),
        GARNER_OK);
    uv_run(&fx.loop, UV_RUN_DEFAULT);
    assert_int_equal(rest.calls, 3);
    gn_target_free(rest.target);
    finish(&fx);
    return rest;
}

/* file: where it is saved; NULL: nowhere. */
static struct told ask_into(const char *file, const char *url, bool memory_too,
                            bool commits, const struct gn_fetch_limits *limits)
{
    const struct gn_request request = {
        .limits = limits != NULL ? *limits : (struct gn_fetch_limits){0}};
    struct told t = {.commits = commits};
    struct gn_target *target;
    struct fixture fx;

    begin_with(&fx, serve, NULL, &(struct gn_fetcher_options){.spool = spool});
    target = target_at(&fx, url, &request);
    assert_true(gn_target_save(target, file, memory_too));
    for (int i = 0; i < 2; i++) { /* the handle is used again */
        assert_int_equal(gn_fetcher_start(fx.f, target, done, &t, NULL, NULL),
                         GARNER_OK);
        uv_run(&fx.loop, UV_RUN_DEFAULT);
    }
    gn_target_free(target);
    finish(&fx);
    return t;
}

static struct told ask(const char *url, bool memory_too, bool commits,
                       const struct gn_fetch_limits *limits)
{
    return ask_into(path, url, memory_too, commits, limits);
}

static int set_up(void **state)
{
    FILE *f;

    (void)state;
    strcpy(folder, "/tmp/gn-saving-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a", folder);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs("old", f);
    fclose(f);
    return 0;
}

/* Nothing but the file may be left. */
static int tear_down(void **state)
{
    (void)state;
    spool = NULL;
    assert_int_equal(unlink(path), 0);
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

static int64_t size_of_file(void)
{
    struct stat st;

    assert_int_equal(stat(path, &st), 0);
    return st.st_size;
}

static void it_goes_to_the_file_alone(void **state)
{
    const struct told t = ask("/large", false, true, NULL);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_NONE);
    assert_int_equal(t.size, LARGE);
    assert_int_equal(t.in_memory, 0);
    assert_true(t.is_hashed);
    assert_int_equal(size_of_file(), LARGE);
}

static void or_to_memory_too(void **state)
{
    const struct told t = ask("/large", true, true, NULL);

    (void)state;
    assert_int_equal(t.in_memory, LARGE);
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(size_of_file(), LARGE);
}

static void an_empty_one_is_a_file(void **state)
{
    const struct told t = ask("/empty", false, true, NULL);

    (void)state;
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(t.size, 0);
    assert_int_equal(size_of_file(), 0);
}

static void where_it_was_sent_on_to_counts(void **state)
{
    const struct told t = ask("/moved", false, true, NULL);

    (void)state;
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(size_of_file(), 5);
}

static void not_taken_it_leaves_the_old_one(void **state)
{
    const struct told t = ask("/large", false, false, NULL);

    (void)state;
    assert_true(t.has_part);
    assert_int_equal(size_of_file(), 3);
}

static void other_answers_stay_in_memory(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct told t = ask(i == 0 ? "/404" : "/206", false, true, NULL);

        assert_int_equal(t.failure, GN_FAILURE_NONE);
        assert_false(t.has_part);
        assert_true(t.is_hashed);
        assert_int_equal(t.in_memory, t.size);
        assert_int_equal(t.size, i == 0 ? 2 : 4);
    }
    assert_int_equal(size_of_file(), 3);
}

static void failures_leave_the_old_one(void **state)
{
    struct told t = ask("/cut", false, true, NULL);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_PROTOCOL);
    assert_false(t.has_part);
    assert_int_equal(t.size, 0);
    t = ask("/large", false, true,
            &(struct gn_fetch_limits){.max_body_bytes = LARGE - 1});
    assert_int_equal(t.failure, GN_FAILURE_TOO_LARGE);
    assert_false(t.has_part);
    assert_int_equal(size_of_file(), 3);
}

static void a_place_that_cannot_be_used_is_told(void **state)
{
    static const char *const urls[] = {"/large", "/empty"};
    char right[sizeof path];

    (void)state;
    memcpy(right, path, sizeof path);
    snprintf(path, sizeof path, "%s", folder);
    for (int i = 0; i < 2; i++) {
        const struct told t = ask(urls[i], false, true, NULL);

        assert_int_equal(t.failure, GN_FAILURE_LOCAL);
        assert_has(t.error, "this is no file but a folder");
        assert_has(t.error, folder);
        assert_false(t.has_part);
    }
    memcpy(path, right, sizeof path);
}

static void the_rest_makes_it_whole(void **state)
{
    const struct rest r = go_on("/rest-r");

    (void)state;
    assert_int_equal(r.told.failure, GN_FAILURE_NONE);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.told.size, 3 * PIECE);
    assert_true(r.told.has_part && r.told.is_hashed);
    assert_string_equal(r.version, "");
    assert_int_equal(size_of_file(), 3 * PIECE);
}

static void the_rest_may_be_cut_too(void **state)
{
    const struct rest r = go_on("/rest-c");

    (void)state;
    assert_int_equal(r.told.failure, GN_FAILURE_PROTOCOL);
    assert_string_equal(r.version, "\"v1\"");
    assert_int_equal(r.part_size, 2 * PIECE);
    assert_int_equal(size_of_file(), 3);
}

static void another_version_takes_its_place(void **state)
{
    const struct rest r = go_on("/rest-w");

    (void)state;
    assert_int_equal(r.told.failure, GN_FAILURE_NONE);
    assert_int_equal(r.told.size, 7);
    assert_true(r.told.has_part && r.told.is_hashed);
    assert_int_equal(size_of_file(), 7);
}

static void what_is_no_rest_is_told(void **state)
{
    const struct rest other = go_on("/rest-o");
    const struct rest none = go_on("/rest-n");

    (void)state;
    assert_int_equal(other.told.failure, GN_FAILURE_PROTOCOL);
    assert_has(other.told.error, "another part than the one asked for");
    assert_true(other.has_no_rest);
    assert_int_equal(other.part_size, -1);
    assert_int_equal(none.told.failure, GN_FAILURE_NONE);
    assert_int_equal(none.status, 416);
    assert_true(none.has_no_rest);
    assert_int_equal(none.part_size, -1);
    assert_int_equal(size_of_file(), 3);
}

static void what_came_outlives_another_answer(void **state)
{
    const struct rest r = go_on("/rest-5");

    (void)state;
    assert_int_equal(r.status, 503);
    assert_int_equal(r.told.size, 5);
    assert_false(r.has_no_rest);
    assert_string_equal(r.version, "\"v1\"");
    assert_int_equal(r.part_size, PIECE);
}

static struct told ask_spooled(const char *url, int64_t memory_bytes)
{
    const struct gn_fetch_limits limits = {.memory_bytes = memory_bytes};

    spool = folder;
    return ask_into(NULL, url, true, false, &limits);
}

static void what_is_too_large_leaves_memory(void **state)
{
    struct told t = ask_spooled("/large", 0);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_NONE);
    assert_int_equal(t.size, LARGE);
    assert_int_equal(t.in_spool, LARGE);
    assert_int_equal(t.in_memory, 0);
    assert_true(t.is_hashed);
    t = ask_spooled("/large", LARGE); /* as much as may be there */
    assert_int_equal(t.in_spool, 0);
    assert_int_equal(t.in_memory, LARGE);
    t = ask_spooled("/404", 1); /* whatever the answer */
    assert_int_equal(t.in_spool, 2);
    assert_true(t.is_hashed);
    t = ask_spooled("/empty", 1);
    assert_int_equal(t.in_spool, 0);
    assert_true(t.is_hashed);
}

static void it_is_in_its_file_too(void **state)
{
    struct told t;

    (void)state;
    spool = folder;
    t = ask("/large", true, true, NULL);
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(t.in_spool, LARGE);
    assert_int_equal(t.in_memory, 0);
    assert_int_equal(size_of_file(), LARGE);
    t = ask("/large", false, true, NULL); /* or there alone */
    assert_true(t.has_part && t.is_hashed);
    assert_int_equal(t.in_spool, 0);
}

static void failures_leave_no_spool(void **state)
{
    struct told t = ask_spooled("/cut", 1000);

    (void)state;
    assert_int_equal(t.failure, GN_FAILURE_PROTOCOL);
    assert_int_equal(t.in_spool, 0);
    t = ask_into(NULL, "/large", true, false,
                 &(struct gn_fetch_limits){.max_body_bytes = LARGE - 1,
                                           .memory_bytes = 1000});
    assert_int_equal(t.failure, GN_FAILURE_TOO_LARGE);
    assert_int_equal(t.in_spool, 0);
    spool = "/nowhere";
    t = ask_into(NULL, "/large", true, false, NULL);
    assert_int_equal(t.failure, GN_FAILURE_LOCAL);
    assert_has(t.error, "/nowhere: a large body cannot be put there: No such");
    assert_int_equal(t.in_spool, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
        TEST(it_goes_to_the_file_alone),
        TEST(or_to_memory_too),
        TEST(an_empty_one_is_a_file),
        TEST(where_it_was_sent_on_to_counts),
        TEST(not_taken_it_leaves_the_old_one),
        TEST(other_answers_stay_in_memory),
        TEST(failures_leave_the_old_one),
        TEST(a_place_that_cannot_be_used_is_told),
        TEST(the_rest_makes_it_whole),
        TEST(the_rest_may_be_cut_too),
        TEST(another_version_takes_its_place),
        TEST(what_is_no_rest_is_told),
        TEST(what_came_outlives_another_answer),
        TEST(what_is_too_large_leaves_memory),
        TEST(it_is_in_its_file_too),
        TEST(failures_leave_no_spool),
#undef TEST
    };

    without_proxies();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
