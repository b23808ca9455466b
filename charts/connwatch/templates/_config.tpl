{{/* The agent's file. A number is float64 here, which would be printed as 1e+06. */}}
{{- define "connwatch.config" -}}
{{- range $key, $value := .Values.config }}
{{- if not (kindIs "invalid" $value) }}
{{ $key }}: {{ if kindIs "float64" $value }}{{ int64 $value }}{{ else if or (kindIs "map" $value) (kindIs "slice" $value) }}{{ toJson $value }}{{ else if kindIs "string" $value }}{{ quote $value }}{{ else }}{{ $value }}{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Variables of the container, without extraEnv. */}}
{{- define "connwatch.env" -}}
# A variable, so that `kubectl exec POD -- connwatch config` and `doctor` see the same settings.
- name: CONNWATCH_CONFIG
  value: /etc/connwatch/config.yaml
- name: NODE_NAME
  valueFrom: { fieldRef: { fieldPath: spec.nodeName } }
- name: NODE_IP
  valueFrom: { fieldRef: { fieldPath: status.hostIP } }
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ include "connwatch.resourceAttributes" . | quote }}
{{- with include "connwatch.kubernetes.env" . | trim }}
{{ . }}
{{- end }}
{{- if .Values.otlp.endpoint }}
{{ include "connwatch.otlp.env" . | trim }}
{{- end }}
{{- end -}}

{{/* Port of an address such as :9090 or [::1]:9090. */}}
{{- define "connwatch.port" -}}
{{- regexFind "[0-9]+$" . -}}
{{- end -}}

{{/* Host of an address when it is the loopback interface, else nothing. */}}
{{- define "connwatch.loopback" -}}
{{- $host := regexReplaceAll ":[0-9]+$" . "" | trimAll "[]" -}}
{{- if or (eq $host "localhost") (eq $host "::1") (hasPrefix "127." $host) -}}
{{- $host -}}
{{- end -}}
{{- end -}}
