/* save_test.c - bodies that go to files, through a whole engine: when one is
 * there, what the store knows of it, and what leaves the old one alone. */
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/stat.h>

#include "engine/fixture_test.h"

/* What the server does, and what it saw. */
struct site {
    atomic_int version; /* of what it serves */
    atomic_int asked;   /* requests with a condition */
    atomic_int whole;   /* requests without one */
    atomic_int parts;   /* requests for the rest of "/flaky" */
};

/* Cuts each whole answer; "/flaky-2" the rest once, too; "/flaky-n" knows of no
 * rest the first time. */
static bool serve_flaky(struct tcp_peer *p, struct site *s)
{
    const char kind = p->request[strlen("GET /flaky-")];
    int n;

    if (strstr(p->request, "\r\nRange: bytes=") == NULL) {
        if (kind == 'n' && s->parts > 0)
            return tcp_peer_reply(p, "200 OK", "ETag: \"a\"\r\n", "123456789");
        tcp_peer_text(p, "HTTP/1.1 200 OK\r\nETag: \"a\"\r\n"
                         "Content-Length: 9\r\n\r\n123");
        return false;
    }
    n = atomic_fetch_add(&s->parts, 1);
    if (kind == 'n')
        return tcp_peer_reply(p, "416 Range Not Satisfiable", "", "no");
    if (kind == '2' && n == 0) {
        tcp_peer_text(p, "HTTP/1.1 206 Part\r\nETag: \"a\"\r\n"
                         "Content-Range: bytes 3-8/9\r\n"
                         "Content-Length: 6\r\n\r\n45");
        return false;
    }
    return kind == '2' ? tcp_peer_reply(p, "206 Part",
                                        "ETag: \"a\"\r\n"
                                        "Content-Range: bytes 5-8/9\r\n",
                                        "6789")
                       : tcp_peer_reply(p, "206 Part",
                                        "ETag: \"a\"\r\n"
                                        "Content-Range: bytes 3-8/9\r\n",
                                        "456789");
}

static void serve_version(struct tcp_peer *p, struct site *s)
{
    const int version = atomic_load(&s->version);
    const char *condition = strstr(p->request, "\r\nIf-None-Match: \"v");
    char headers[128];
    char body[64];

    atomic_fetch_add(condition != NULL ? &s->asked : &s->whole, 1);
    snprintf(headers, sizeof headers, "ETag: \"v%d\"\r\n", version);
    snprintf(body, sizeof body, "[%d]", version);
    if (condition != NULL &&
        atoi(condition + strlen("\r\nIf-None-Match: \"v")) == version) {
        tcp_peer_text(p, "HTTP/1.1 304 Not Modified\r\n");
        tcp_peer_text(p, headers);
        tcp_peer_text(p, "\r\n");
    } else {
        tcp_peer_reply(p, "200 OK", headers, body);
    }
}

static void serve(struct tcp_peer *p, void *context)
{
    struct site *s = context;
    int count = 0;

    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/flaky")) {
            if (!serve_flaky(p, s))
                return;
        } else if (tcp_peer_asks(p, "/500")) {
            tcp_peer_reply(p, "500 Oh", "", "out of order");
        } else if (tcp_peer_asks(p, "/large")) {
            tell_large(p, &count);
        } else if (tcp_peer_asks(p, "/cut")) {
            tcp_peer_text(p, "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n[1");
            return;
        } else {
            serve_version(p, s);
        }
}

static struct site site;
static char files[64]; /* a folder that need not be there */
static char path[128]; /* of a file in it */

static struct world *start_world(void)
{
    struct world *w;

    atomic_store(&site.version, 1);
    atomic_store(&site.asked, 0);
    atomic_store(&site.whole, 0);
    atomic_store(&site.parts, 0);
    w = begin(serve, &site);
    snprintf(files, sizeof files, "%s/files", w->folder);
    snprintf(path, sizeof path, "%s/s0.txt", files);
    return w;
}

/* Nothing but the file may be left. */
static void end_world(struct world *w)
{
    (void)unlink(path);
    (void)rmdir(files);
    end(w);
}

static struct gn_source *add_saving(struct world *w, const char *url)
{
    struct gn_source *s = add_source(w, url, 0);

    s->save = (struct gn_save){.path = "{name}.txt", .folder = files};
    return s;
}

static void put(const char *text)
{
    FILE *f;

    (void)mkdir(files, 0777);
    f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_holds(const char *text)
{
    char data[64] = "";
    FILE *f = fopen(path, "r");

    assert_non_null(f);
    data[fread(data, 1, sizeof data - 1, f)] = '\0';
    fclose(f);
    assert_string_equal(data, text);
}

static void the_file_is_there_and_told(void **state)
{
    struct world *w = start_world();

    (void)state;
    add_saving(w, "/");
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]");
    assert_asked(w,
                 "select r.file = cast(b.data as text) and b.codec = 'file'"
                 " and b.size = 3 and r.bytes = 3 and r.failure is null"
                 " from garner_run r join garner_body b on b.id = r.body",
                 "1");
    assert_asked(w, "select file from garner_run", path);
    assert_asked(w, "select body_of(1) is null", "1");
    end_world(w);
}

static void what_fails_leaves_the_old_one(void **state)
{
    struct world *w = start_world();

    (void)state;
    put("old");
    add_saving(w, "/cut");
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("old");
    assert_asked(w, "select failure from garner_run", "protocol");
    w->config.source_count = 0;
    add_saving(w, "/500");
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("old");
    assert_asked(w, "select group_concat(body_of(id)) from garner_body",
                 "out of order");
    assert_asked(w, "select count(file) from garner_run", "0");
    end_world(w);
}

static void rows_and_a_file(void **state)
{
    struct world *w = start_world();
    struct gn_source *s;

    (void)state;
    s = add_saving(w, "/");
    add_rows(w, s, "t", NULL, "select value as v from json_each(:body)");
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]");
    assert_asked(w, "select v from t", "1");
    assert_asked(w, "select group_concat(codec) from garner_body", "file");
    atomic_store(&site.version, 2);
    s->rows = NULL;
    add_rows(w, s, "t", NULL, "select value as v from json_each('[' || :body)");
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]"); /* not what no rows could be made of: */
    assert_asked(w,
                 "select failure || count(file) from garner_run where id = 2",
                 "sql0");
    assert_asked(w, "select body_of(2)", "[2]");
    end_world(w);
}

/* Whether the table is known by then, or is looked at first. */
static void rows_that_cannot_be_written_leave_the_old_one(void **state)
{
    static const char *const key[] = {"v", NULL};
    struct world *w = start_world();
    struct gn_rows_spec *rows;

    (void)state;
    put("old");
    rows =
        add_rows(w, add_saving(w, "/"), "t", key, "select null as v, 1 as n");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(run(w), GARNER_OK);
        assert_holds("old");
    }
    store_runs(w, "create table t (v integer primary key)");
    rows->sql = "select value as v, 1 as n from json_each(:body)";
    rows->new_columns = GN_COLUMNS_FREEZE;
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("old");
    assert_asked(w,
                 "select group_concat(failure) || count(file) || count(body)"
                 " from garner_run",
                 "rows,rows,rows03");
    assert_asked(
        w, "select group_concat(distinct body_of(id)) from garner_body", "[1]");
    rows->new_columns = GN_COLUMNS_IGNORE;
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]");
    assert_asked(w, "select v from t", "1");
    end_world(w);
}

static void large_rows_and_a_file(void **state)
{
    struct world *w = start_world();
    struct stat st;

    (void)state;
    add_rows(w, add_saving(w, "/large"), "t", NULL,
             "select length(:body) as n");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, LARGE);
    assert_asked(w, "select n from t", "300000");
    assert_asked(w, "select codec || size from garner_body", "file300000");
    assert_int_equal(w->status.body_bytes, 0);
    end_world(w);
}

static void what_has_not_changed_is_left_alone(void **state)
{
    struct world *w = start_world();
    struct stat before;
    struct stat after;

    (void)state;
    add_saving(w, "/");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(stat(path, &before), 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(stat(path, &after), 0);
    assert_int_equal(before.st_ino, after.st_ino);
    assert_int_equal(atomic_load(&site.asked), 1);
    assert_asked(w,
                 "select status || count(file) || body from garner_run"
                 " where id = 2",
                 "30401");
    end_world(w);
}

static void a_file_that_is_gone_comes_back(void **state)
{
    struct world *w = start_world();

    (void)state;
    add_saving(w, "/");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]");
    assert_int_equal(atomic_load(&site.asked), 0);
    assert_int_equal(atomic_load(&site.whole), 2);
    assert_asked(w, "select count(*) from garner_body", "1");
    assert_asked(w, "select count(file) from garner_run", "2");
    end_world(w);
}

/* The same engine knows of the new place, too. */
static void in_one_engine_too(void **state)
{
    struct world *w = start_world();

    (void)state;
    add_saving(w, "/")->schedule.every_ms = 5;
    run_beside(w);
    WAIT_FOR(atomic_load(&site.asked) > 1);
    assert_int_equal(unlink(path), 0);
    WAIT_FOR(access(path, F_OK) == 0);
    atomic_store(&site.asked, 0);
    WAIT_FOR(atomic_load(&site.asked) > 1);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_OK);
    assert_holds("[1]");
    end_world(w);
}

static void what_was_in_the_store_goes_to_the_file_and_back(void **state)
{
    struct world *w = start_world();
    struct gn_source *s = add_saving(w, "/");
    const struct gn_save save = s->save;

    (void)state;
    s->save = (struct gn_save){0};
    assert_int_equal(run(w), GARNER_OK);
    assert_int_not_equal(access(path, F_OK), 0);
    s->save = save;
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("[1]");
    s->save = (struct gn_save){0};
    assert_int_equal(run(w), GARNER_OK);
    assert_asked(w, "select group_concat(codec) from garner_body",
                 "none,file,none");
    assert_int_equal(atomic_load(&site.asked), 0);
    end_world(w);
}

static void no_place_is_a_failed_run(void **state)
{
    struct world *w = start_world();
    struct gn_source *s = add_saving(w, "/");
    char name[400];

    (void)state;
    s->save.folder = w->path; /* a file */
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, "select failure || error from garner_run"), "local");
    assert_has(ask(w, "select error from garner_run"),
               "s0.txt: its folder cannot be used: Not a directory");
    s->save.folder = files;
    s->save.path = "{nobody}";
    assert_int_equal(run(w), GARNER_OK);
    assert_has(ask(w, "select error from garner_run where id = 2"),
               "{nobody}, which is no variable");
    /* a name that no file can have shows at the end */
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    s->save.path = name;
    for (int i = 3; i < 5; i++) {
        assert_int_equal(run(w), GARNER_OK);
        assert_int_equal(atomic_load(&site.asked), 0);
    }
    assert_has(ask(w, "select error from garner_run where id = 3"),
               "it cannot be put in its place: File name too long");
    assert_asked(w,
                 "select count(*) from garner_run where failure = 'save' and"
                 " body is null and file is null and bytes = 3",
                 "2");
    assert_asked(w, "select count(*) from garner_body", "0");
    end_world(w);
}

/* A run for each attempt; the last one has all. */
static void go_on(const char *url, const char *runs)
{
    struct world *w = start_world();

    put("old");
    add_saving(w, url)->retry =
        (struct gn_backoff){.times = 3, .least_ms = 1, .most_ms = 2};
    assert_int_equal(run(w), GARNER_OK);
    assert_holds("123456789");
    assert_asked(w,
                 "select group_concat(coalesce(failure, status || ':' ||"
                 " bytes), ' ') from garner_run",
                 runs);
    assert_asked(w, "select etag from garner_source", "\"a\"");
    end_world(w);
}

static void what_was_cut_is_gone_on_with(void **state)
{
    (void)state;
    go_on("/flaky-1", "protocol 200:9");
    assert_int_equal(atomic_load(&site.parts), 1);
    go_on("/flaky-2", "protocol protocol 200:9");
    assert_int_equal(atomic_load(&site.parts), 2);
    go_on("/flaky-n", "protocol 200:9"); /* at once, in the same run */
    assert_int_equal(atomic_load(&site.parts), 1);
}

/* No attempt is left, so nothing is kept for it. */
static void what_was_cut_last_is_gone(void **state)
{
    struct world *w = start_world();

    (void)state;
    put("old");
    add_saving(w, "/flaky-1");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(run(w), GARNER_OK);
    assert_int_equal(atomic_load(&site.parts), 0);
    assert_holds("old");
    end_world(w);
}

static void what_was_left_is_removed(void **state)
{
    struct world *w = start_world();
    char left[128];

    (void)state;
    put("old");
    snprintf(left, sizeof left, "%s/.garner-part.1.2.3", files);
    close(open(left, O_CREAT | O_CLOEXEC | O_WRONLY, 0666));
    add_saving(w, "/");
    assert_int_equal(run(w), GARNER_OK);
    assert_int_not_equal(access(left, F_OK), 0);
    assert_holds("[1]");
    end_world(w);
}

/* Whatever allocation fails, what is there is whole, and what is told is true.
 */
static void lost_memory_ends_nothing_but_its_fetch(void **state)
{
    struct world *w = start_world();

    (void)state;
    add_saving(w, "/");
    assert_int_equal(run(w), GARNER_OK);
    for (unsigned nth = 1; nth <= 100; nth++) {
        char sql[160];

        atomic_store(&site.version, 100 + (int)nth);
        put("[old]");
        snprintf(sql, sizeof sql,
                 "select count(*) from garner_run where id > %s and"
                 " failure is null and file is not null",
                 ask(w, "select max(id) from garner_run"));
        run_without_memory(w, nth);
        if (strcmp(ask(w, sql), "1") == 0) {
            char whole[16];

            snprintf(whole, sizeof whole, "[%u]", 100 + nth);
            assert_holds(whole);
        }
    }
    assert_int_equal(run(w), GARNER_OK); /* nothing is broken since */
    assert_holds("[200]");
    assert_asked(w,
                 "select count(*) from garner_run r left join garner_body b on"
                 " b.id = r.body where r.body is not null and"
                 " (b.id is null or b.size <> r.bytes or b.source <> r.source)",
                 "0");
    end_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_file_is_there_and_told),
        cmocka_unit_test(what_fails_leaves_the_old_one),
        cmocka_unit_test(rows_and_a_file),
        cmocka_unit_test(rows_that_cannot_be_written_leave_the_old_one),
        cmocka_unit_test(large_rows_and_a_file),
        cmocka_unit_test(what_has_not_changed_is_left_alone),
        cmocka_unit_test(a_file_that_is_gone_comes_back),
        cmocka_unit_test(in_one_engine_too),
        cmocka_unit_test(what_was_in_the_store_goes_to_the_file_and_back),
        cmocka_unit_test(no_place_is_a_failed_run),
        cmocka_unit_test(what_was_cut_is_gone_on_with),
        cmocka_unit_test(what_was_cut_last_is_gone),
        cmocka_unit_test(what_was_left_is_removed),
        cmocka_unit_test(lost_memory_ends_nothing_but_its_fetch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
