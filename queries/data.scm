; Objects and what they are initialised with.

; struct proto tcp_prot = { .sendmsg = tcp_sendmsg, };   extern const struct proto_ops inet_stream_ops;
(translation_unit (declaration) @definition.object)

; (struct rhashtable_params){ .hashfn = f }
(compound_literal_expression type: (_) @literal.type value: (initializer_list) @literal.value)
