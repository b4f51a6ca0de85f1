; Types and their members.

; struct proto_ops { ... };   union security_list_options { ... };
(struct_specifier body: (field_declaration_list)) @definition.record
(union_specifier body: (field_declaration_list)) @definition.record

; typedef struct sk_buff *(*foo_t)(struct sock *);
(type_definition) @definition.typedef
