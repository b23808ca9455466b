{{/* Port of the collector's pods. */}}
{{- define "connwatch.otlp.port" -}}
{{- $port := regexFind ":[0-9]+/?$" .Values.otlp.endpoint | trimAll ":/" | atoi -}}
{{- .Values.networkPolicy.otlp.port | default $port | default 443 | int -}}
{{- end -}}

{{/* OTEL_RESOURCE_ATTRIBUTES, percent-encoded by its specification. The node's name stays after a restart, a pod's does not. */}}
{{- define "connwatch.resourceAttributes" -}}
{{- /* A number is float64 here, which toString would print as 1e+06, toJson does not. */ -}}
{{- $attributes := dict "service.instance.id" "$(NODE_NAME)" "host.name" "$(NODE_NAME)" "k8s.node.name" "$(NODE_NAME)" -}}
{{- range $key, $value := .Values.resourceAttributes -}}
{{- $_ := set $attributes $key (kindIs "string" $value | ternary $value (toJson $value) | urlquery | replace "+" "%20") -}}
{{- end -}}
{{- $pairs := list -}}
{{- range $key := keys $attributes | sortAlpha -}}
{{- $pairs = append $pairs (printf "%s=%s" $key (get $attributes $key)) -}}
{{- end -}}
{{- join "," $pairs -}}
{{- end -}}

{{/* OpenTelemetry's variables of the container. */}}
{{- define "connwatch.otlp.env" -}}
{{- with .Values.otlp }}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ .endpoint | quote }}
- name: OTEL_METRIC_EXPORT_INTERVAL
  value: {{ int64 .interval | quote }}
- name: OTEL_EXPORTER_OTLP_COMPRESSION
  value: {{ .compression }}
{{- with .headers }}
{{- if .secretName }}
- name: CONNWATCH_OTLP_HEADERS_FILE
  value: /etc/connwatch/otlp/headers
{{- end }}
{{- end }}
{{- with .tls.ca }}
{{- if .secretName }}
- name: OTEL_EXPORTER_OTLP_CERTIFICATE
  value: /etc/connwatch/otlp/ca.crt
{{- end }}
{{- end }}
{{- with .tls.client }}
{{- if .secretName }}
- name: OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE
  value: /etc/connwatch/otlp/client.crt
- name: OTEL_EXPORTER_OTLP_CLIENT_KEY
  value: /etc/connwatch/otlp/client.key
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Headers and certificates, as sources of the volume with the agent's files. */}}
{{- define "connwatch.otlp.files" -}}
{{- with .Values.otlp.headers }}
{{- if .secretName }}
- secret:
    name: {{ .secretName }}
    items:
      - { key: {{ .key }}, path: otlp/headers }
{{- end }}
{{- end }}
{{- with .Values.otlp.tls.ca }}
{{- if .secretName }}
- secret:
    name: {{ .secretName }}
    items:
      - { key: {{ .key }}, path: otlp/ca.crt }
{{- end }}
{{- end }}
{{- with .Values.otlp.tls.client }}
{{- if .secretName }}
- secret:
    name: {{ .secretName }}
    items:
      - { key: {{ .certKey }}, path: otlp/client.crt }
      - { key: {{ .keyKey }}, path: otlp/client.key }
{{- end }}
{{- end }}
{{- end -}}
