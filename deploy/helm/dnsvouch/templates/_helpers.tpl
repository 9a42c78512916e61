{{- define "dnsvouch.labels" -}}
app.kubernetes.io/name: dnsvouch
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "dnsvouch.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
