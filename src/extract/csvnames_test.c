/* csvnames_test.c - records as the objects and arrays that SQL sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "extract/csvnames.h"

/* The first record of a text, its names those of another. */
struct record {
    struct gn_csvnames names;
    struct gn_csv csv;
    struct gn_buf out;
};

static void read_record(struct record *r, const char *names, const char *text)
{
    *r = (struct record){0};
    gn_csv_init(&r->csv, names, strlen(names));
    assert_int_equal(gn_csv_next(&r->csv), GARNER_OK);
    for (size_t i = 0; i < r->csv.count; i++)
        assert_true(gn_csvnames_add(&r->names, r->csv.fields[i].text,
                                    r->csv.fields[i].size));
    gn_csv_fini(&r->csv);
    gn_csv_init(&r->csv, text, strlen(text));
    assert_int_equal(gn_csv_next(&r->csv), GARNER_OK);
}

static void drop(struct record *r)
{
    gn_csvnames_fini(&r->names);
    gn_csv_fini(&r->csv);
    gn_buf_fini(&r->out);
}

static void objects(void **state)
{
    static const struct {
        const char *names, *text, *object;
        bool listed;
    } cases[] = {
        {"a,b", "1,x", "{\"a\":\"1\",\"b\":\"x\"}", true},
        {"a,b", "\"1,2\",", "{\"a\":\"1,2\",\"b\":\"\"}", true},
        {"a,b", "1", "{\"a\":\"1\"}", true},
        {"a", "1,2\"", "{\"a\":\"1\"}", false},
        {"a", "1,2", "{\"a\":\"1\"}", true},
        {"\xc3\xa9", "\xc3\xa4", "{\"\xc3\xa9\":\"\xc3\xa4\"}", true},
        {"a", "\xff", "{\"a\":\"\xef\xbf\xbd\"}", false},
        {"\xff", "x", "{\"\xef\xbf\xbd\":\"x\"}", false},
        {"a", "\"\"\"\"", "{\"a\":\"\\\"\"}", false},
        {"a", "x\"", "{\"a\":\"x\\\"\"}", false},
        {"a", "\"1\n2\"", "{\"a\":\"1\\n2\"}", false},
        {"a", "\\", "{\"a\":\"\\\\\"}", false},
        {"\"a\"\"\"", "x", "{\"a\\\"\":\"x\"}", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct record r;

        read_record(&r, cases[i].names, cases[i].text);
        assert_int_equal(gn_csvnames_list(&r.names, &r.csv), cases[i].listed);
        gn_csvnames_object(&r.names, &r.csv, cases[i].listed, &r.out);
        assert_string_equal(gn_buf_cstr(&r.out), cases[i].object);
        assert_int_equal(r.out.size, strlen(cases[i].object));
        drop(&r);
    }
}

static void members_are_the_fields(void **state)
{
    struct record r;

    (void)state;
    read_record(&r, "name,b", "x,\"y z\"");
    assert_int_equal(gn_csvnames_fields(&r.names, &r.csv), 2);
    assert_true(gn_csvnames_list(&r.names, &r.csv));
    assert_int_equal(r.names.members[0].name_size, 4);
    assert_memory_equal(r.names.members[0].name, "name", 4);
    assert_ptr_equal(r.names.members[1].value, r.csv.fields[1].text);
    assert_int_equal(r.names.members[1].end - r.names.members[1].value, 3);
    drop(&r);
}

static void arrays(void **state)
{
    struct record r;

    (void)state;
    read_record(&r, "a", "1,\"x\"\"\",\xff");
    gn_csvnames_array(&r.csv, &r.out);
    assert_string_equal(gn_buf_cstr(&r.out),
                        "[\"1\",\"x\\\"\",\"\xef\xbf\xbd\"]");
    drop(&r);
}

static void lost_memory_is_told(void **state)
{
    struct record r;

    (void)state;
    read_record(&r, "a", "x");
    for (unsigned nth = 1; nth <= 4; nth++) {
        gn_mem_fail_at(nth);
        assert_false(gn_csvnames_add(&r.names, "b", 1));
        gn_mem_fail_at(0);
        assert_int_equal(r.names.count, 1);
    }
    gn_mem_fail_at(1);
    gn_csvnames_object(&r.names, &r.csv, true, &r.out);
    gn_mem_fail_at(0);
    assert_true(gn_buf_failed(&r.out));
    drop(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects),
        cmocka_unit_test(members_are_the_fields),
        cmocka_unit_test(arrays),
        cmocka_unit_test(lost_memory_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
