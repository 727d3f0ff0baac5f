/* share_test.c - which loop works on which source. */
#include "engine/fixture_test.h"
#include "engine/share.h"

static size_t share_of(const char *url, size_t count)
{
    const struct gn_source source = {.name = "s", .request = {.url = url}};
    size_t loop = count;

    assert_int_equal(gn_share_of(&source, count, &loop, NULL), GARNER_OK);
    assert_true(loop < count);
    return loop;
}

static void a_host_is_one_loops(void **state)
{
    static const char *const same[] = {
        "https://example.org", "https://example.org/a?b",
        "https://EXAMPLE.org:443/", "https://ann:secret@example.org/x"};
    size_t hosts[4] = {0};

    (void)state;
    for (size_t i = 1; i < 4; i++)
        assert_int_equal(share_of(same[i], 7), share_of(same[0], 7));
    for (int i = 0; i < 4000; i++) {
        char url[64];

        snprintf(url, sizeof url, "http://127.0.0.%d:%d/", i % 40, 8000 + i);
        hosts[share_of(url, 4)]++;
        assert_int_equal(share_of(url, 1), 0);
    }
    for (int i = 0; i < 4; i++)
        assert_in_range(hosts[i], 850, 1150);
}

static void lists_go_by_name(void **state)
{
    struct gn_source list = {.name = "list", .urls = {.file = "urls.txt"}};
    size_t seen[5] = {0};
    size_t loop;

    (void)state;
    for (int i = 0; i < 100; i++) {
        char name[16];

        snprintf(name, sizeof name, "list%d", i);
        list.name = name;
        assert_int_equal(gn_share_of(&list, 5, &loop, NULL), GARNER_OK);
        seen[loop]++;
    }
    for (int i = 0; i < 5; i++)
        assert_true(seen[i] > 0);
}

static void shares_have_every_source_once(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_config shares[3];
    int seen[50] = {0};
    size_t last;

    (void)state;
    for (int i = 0; i < 50; i++) {
        add_source(w, "/", 1000);
        snprintf(w->urls[i], sizeof w->urls[i], "http://h%d/", i / 2);
    }
    w->config.path = "garner.yaml";
    assert_int_equal(gn_shares_make(&w->config, 3, shares, NULL), GARNER_OK);
    for (size_t k = 0; k < 3; k++) {
        assert_ptr_equal(shares[k].whole, &w->config);
        assert_string_equal(shares[k].path, "garner.yaml");
        last = 0;
        for (size_t i = 0; i < shares[k].source_count; i++) {
            const size_t at = (size_t)atoi(shares[k].sources[i].name + 1);

            seen[at]++;
            assert_true(i == 0 || at > last); /* in the file's order */
            assert_int_equal(share_of(w->urls[at], 3), k);
            last = at;
        }
        gn_config_fini(&shares[k]);
    }
    for (int i = 0; i < 50; i++)
        assert_int_equal(seen[i], 1);
    for (unsigned at = 1; at < 4; at++) {
        gn_mem_fail_at(at);
        assert_int_equal(gn_shares_make(&w->config, 3, shares, &w->err),
                         GARNER_NOMEM);
        gn_mem_fail_at(0);
    }
    end(w);
}

static void the_only_loop_copies_nothing(void **state)
{
    struct world *w = begin(NULL, NULL);
    struct gn_config share;

    (void)state;
    add_source(w, "/", 1000);
    gn_mem_fail_at(1);
    assert_int_equal(gn_shares_make(&w->config, 1, &share, NULL), GARNER_OK);
    gn_mem_fail_at(0);
    assert_ptr_equal(share.sources, w->config.sources);
    assert_int_equal(share.source_count, 1);
    assert_ptr_equal(share.whole, &w->config);
    gn_config_fini(&share);
    assert_string_equal(w->config.sources[0].name, "s0");
    end(w);
}

static void equal_names_are_refused(void **state)
{
    struct world *w = begin(NULL, NULL);

    (void)state;
    for (int i = 0; i < 3; i++)
        add_source(w, "/", 1000);
    assert_int_equal(gn_shares_check(&w->config, &w->err), GARNER_OK);
    w->sources[2].name = "s0";
    assert_int_equal(gn_shares_check(&w->config, &w->err), GARNER_INVALID);
    assert_string_equal(w->err.message, "two sources are named s0; give each a "
                                        "name of its own");
    end(w);
}

static void a_table_is_written_in_one_way(void **state)
{
    static const char *const key[] = {"v", NULL};
    struct world *w = begin(NULL, NULL);

    (void)state;
    for (int i = 0; i < 3; i++)
        add_rows(w, add_source(w, "/", 1000), i == 1 ? "other" : "t", NULL,
                 "select 1 as v");
    assert_int_equal(gn_shares_check(&w->config, &w->err), GARNER_OK);
    w->rows[2].table = "T";
    w->rows[2].key = key;
    w->rows[2].key_count = 1;
    w->rows[2].line = 12;
    w->config.path = "garner.yaml";
    assert_int_equal(gn_shares_check(&w->config, &w->err), GARNER_INVALID);
    assert_has(w->err.message, "garner.yaml:12: source s2: table T is written "
                               "with two different keys");
    for (unsigned at = 1; at < 3; at++) {
        gn_mem_fail_at(at);
        assert_int_equal(gn_shares_check(&w->config, &w->err), GARNER_NOMEM);
        gn_mem_fail_at(0);
    }
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_is_one_loops),
        cmocka_unit_test(lists_go_by_name),
        cmocka_unit_test(shares_have_every_source_once),
        cmocka_unit_test(the_only_loop_copies_nothing),
        cmocka_unit_test(equal_names_are_refused),
        cmocka_unit_test(a_table_is_written_in_one_way),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
