/* layout_test.c - what a farm is made of, in shard 0's tables. */
#include "store/writer_test.h"

#include "store/farm/layout.h"

static void it_is_made_once(void **state)
{
    struct gn_layout l;

    (void)state;
    assert_int_equal(gn_layout_read(c, &l, &err), GARNER_NOTFOUND);
    works(gn_layout_make(c, 5, &err));
    works(gn_layout_make(c, 6, &err));
    works(gn_layout_read(c, &l, &err));
    assert_int_equal(l.shards, 5);
    assert_int_equal(l.before, 0);
    assert_int_equal(l.files, 0);
    l = (struct gn_layout){.shards = 7, .before = 5, .files = 6};
    works(gn_layout_write(c, &l, &err));
    l = (struct gn_layout){0};
    works(gn_layout_read(c, &l, &err));
    assert_int_equal(l.shards, 7);
    assert_int_equal(l.before, 5);
    assert_int_equal(l.files, 6);
}

static void damage_is_told(void **state)
{
    struct gn_layout l;

    (void)state;
    works(gn_layout_make(c, 5, &err));
    run(c, "update garner_farm set files = 257");
    assert_int_equal(gn_layout_read(c, &l, &err), GARNER_CORRUPT);
    run(c, "update garner_farm set files = -1");
    assert_int_equal(gn_layout_read(c, &l, &err), GARNER_CORRUPT);
    run(c, "delete from garner_farm");
    assert_int_equal(gn_layout_read(c, &l, &err), GARNER_NOTFOUND);
}

static enum garner_code read_keys(void)
{
    struct gn_layout_keys keys;
    enum garner_code code = gn_layout_keys_read(c, &keys, &err);

    gn_layout_keys_fini(&keys);
    return code;
}

static void tables_have_keys(void **state)
{
    struct gn_layout_keys keys;

    (void)state;
    works(gn_layout_make(c, 1, &err));
    works(gn_layout_set_key(c, "user", "name", &err));
    works(gn_layout_set_key(c, "Item", "user id", &err));
    works(gn_layout_set_key(c, "USER", "id", &err));
    works(gn_layout_keys_read(c, &keys, &err));
    assert_int_equal(keys.count, 2);
    assert_string_equal(gn_layout_key(&keys, "uSer"), "id");
    assert_string_equal(gn_layout_key(&keys, "item"), "user id");
    assert_null(gn_layout_key(&keys, "use"));
    gn_layout_keys_fini(&keys);
    SWEEP(read_keys());
    works(gn_layout_set_key(c, "item", NULL, &err));
    works(gn_layout_keys_read(c, &keys, &err));
    assert_int_equal(keys.count, 1);
    gn_layout_keys_fini(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH(it_is_made_once),
        WITH(damage_is_told),
        WITH(tables_have_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
