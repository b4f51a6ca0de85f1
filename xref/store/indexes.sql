-- SPDX-License-Identifier: MIT
-- Made after the bulk load: building an index over finished rows is several times faster than keeping it up to date.
CREATE INDEX functions_name ON functions (name);
CREATE INDEX aliases_name ON aliases (name);
CREATE INDEX records_tag ON records (tag);
CREATE INDEX typedefs_name ON typedefs (name);
CREATE INDEX typedefs_tag ON typedefs (tag) WHERE tag <> '';
CREATE INDEX objects_name ON objects (name);
CREATE INDEX registrations_name ON registrations (name);
CREATE INDEX registrations_object ON registrations (object);
CREATE INDEX registrations_positional ON registrations (tag, id) WHERE field = '' AND name <> '';
CREATE INDEX macros_name ON macros (name);
CREATE INDEX macros_renaming ON macros (body)
    WHERE params IS NULL AND body GLOB '[A-Za-z_]*' AND NOT body GLOB '*[^A-Za-z0-9_]*';
CREATE INDEX parts_sources ON parts (path) WHERE NOT path GLOB '*.h';
CREATE INDEX syscalls_name ON syscalls (name);
