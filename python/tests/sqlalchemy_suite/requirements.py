"""What SQLite can do, in the words of SQLAlchemy's suite."""
from sqlalchemy.testing import exclusions
from sqlalchemy.testing.requirements import SuiteRequirements

CAN, CANNOT = exclusions.open(), exclusions.closed()


class Requirements(SuiteRequirements):
    autocommit = isolation_level = CAN
    temporary_tables = temp_table_reflection = temporary_views = CAN
    views = schemas = CAN
    foreign_key_constraint_name_reflection = CAN
    unique_constraint_reflection = check_constraint_reflection = CAN
    primary_key_constraint_reflection = foreign_key_constraint_reflection = CAN
    index_reflection = view_reflection = CAN
    savepoints = CAN
    parens_in_union_contained_select_w_limit_offset = CANNOT
    parens_in_union_contained_select_wo_limit_offset = CANNOT
    ctes = ctes_with_update_delete = ctes_on_dml = CAN
    window_functions = CAN
    json_type = CAN
    datetime_historic = time_microseconds = datetime_microseconds = CAN
    date_historic = date_coerces_from_datetime = CAN
    precision_numerics_enotation_large = CANNOT  # they are floats in SQLite
    regexp_match = CAN
    unicode_ddl = CAN
    empty_inserts = CAN
    order_by_col_from_union = CAN
    computed_columns = computed_columns_stored = computed_columns_virtual = CAN
    computed_columns_reflect_persisted = computed_columns_default_persisted = CAN

    def get_isolation_levels(self, config):
        return {"default": "SERIALIZABLE",
                "supported": ["READ UNCOMMITTED", "SERIALIZABLE", "AUTOCOMMIT"]}
