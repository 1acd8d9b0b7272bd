

import django.contrib.gis.db.models.fields
import django.contrib.gis.db.models.functions
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('places', '0002_trigram'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='CodeCounter',
            fields=[
                ('class_code', models.CharField(max_length=5, primary_key=True, serialize=False)),
                ('last', models.PositiveIntegerField(default=0)),
            ],
            options={
                'verbose_name': '编码计数',
                'verbose_name_plural': '编码计数',
            },
        ),
        migrations.CreateModel(
            name='Attachment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('content_type', models.CharField(max_length=80, verbose_name='类型')),
                ('size', models.PositiveIntegerField(verbose_name='字节')),
                ('name', models.CharField(max_length=160, verbose_name='文件名')),
                ('width', models.PositiveIntegerField(blank=True, null=True)),
                ('height', models.PositiveIntegerField(blank=True, null=True)),
                ('thumbnail', models.CharField(blank=True, max_length=64)),
                ('taken_at', models.DateTimeField(blank=True, null=True, verbose_name='拍摄时间')),
                ('point', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4490, verbose_name='拍摄位置')),
                ('upload_token', models.CharField(blank=True, editable=False, max_length=43)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='上传时间')),
                ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='上传人')),
            ],
            options={
                'verbose_name': '附件',
                'verbose_name_plural': '附件',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Component',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=17, unique=True, verbose_name='标识码')),
                ('class_code', models.CharField(db_index=True, max_length=5, verbose_name='部件小类')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('label', models.CharField(blank=True, db_index=True, max_length=40, verbose_name='现场编号')),
                ('point', django.contrib.gis.db.models.fields.PointField(srid=4490, verbose_name='位置')),
                ('geom_3857', models.GeneratedField(db_persist=True, expression=django.contrib.gis.db.models.functions.Transform(models.F('point'), 3857), output_field=django.contrib.gis.db.models.fields.PointField(srid=3857))),
                ('address', models.CharField(blank=True, max_length=200, verbose_name='地址')),
                ('status', models.CharField(choices=[('intact', '完好'), ('broken', '破损'), ('lost', '丢失'), ('discarded', '废弃'), ('removed', '移除')], default='intact', max_length=10, verbose_name='状态')),
                ('first_date', models.DateField(default=django.utils.timezone.localdate, verbose_name='初始日期')),
                ('changed_date', models.DateField(blank=True, null=True, verbose_name='变更日期')),
                ('data_source', models.CharField(blank=True, max_length=30, verbose_name='数据来源')),
                ('note', models.CharField(blank=True, max_length=1000, verbose_name='备注')),
                ('attributes', models.JSONField(blank=True, default=dict, verbose_name='其他属性')),
                ('synthetic', models.BooleanField(default=False, verbose_name='合成数据')),
                ('authority', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation', verbose_name='主管部门')),
                ('maintainer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation', verbose_name='养护单位')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation', verbose_name='权属单位')),
                ('unit_grid', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.unitgrid', verbose_name='单元网格')),
            ],
            options={
                'verbose_name': '部件',
                'verbose_name_plural': '部件',
                'ordering': ['code'],
            },
        ),
        migrations.CreateModel(
            name='ComponentChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='时间')),
                ('who', models.CharField(max_length=80, verbose_name='操作人')),
                ('from_status', models.CharField(blank=True, max_length=10, verbose_name='原状态')),
                ('to_status', models.CharField(max_length=10, verbose_name='新状态')),
                ('note', models.CharField(blank=True, max_length=300, verbose_name='说明')),
                ('account', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('component', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='changes', to='things.component')),
            ],
            options={
                'verbose_name': '部件变更',
                'verbose_name_plural': '部件变更',
                'ordering': ['-at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Gateway',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40, unique=True, verbose_name='标识')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('kind', models.CharField(choices=[('own', '自有协议'), ('chirpstack', 'ChirpStack')], default='own', max_length=12, verbose_name='类别')),
                ('subsystem', models.CharField(max_length=40, verbose_name='子系统')),
                ('password_hash', models.CharField(blank=True, editable=False, max_length=72, verbose_name='密钥摘要')),
                ('key_issued_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='密钥签发时间')),
                ('point', django.contrib.gis.db.models.fields.PointField(blank=True, null=True, srid=4490, verbose_name='位置')),
                ('enabled', models.BooleanField(default=True, verbose_name='启用')),
                ('component', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='things.component', verbose_name='部件')),
            ],
            options={
                'verbose_name': '网关',
                'verbose_name_plural': '网关',
                'ordering': ['key'],
            },
        ),
        migrations.CreateModel(
            name='Group',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subsystem', models.CharField(max_length=40, verbose_name='子系统')),
                ('kind', models.CharField(max_length=24, verbose_name='类别')),
                ('key', models.CharField(max_length=40, verbose_name='标识')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('attributes', models.JSONField(blank=True, default=dict, verbose_name='其他属性')),
                ('gateway', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='groups', to='things.gateway', verbose_name='网关')),
            ],
            options={
                'verbose_name': '设备分组',
                'verbose_name_plural': '设备分组',
                'ordering': ['subsystem', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Device',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('subsystem', models.CharField(max_length=40, verbose_name='子系统')),
                ('key', models.CharField(max_length=40, verbose_name='标识')),
                ('model', models.CharField(max_length=40, verbose_name='型号')),
                ('name', models.CharField(max_length=60, verbose_name='名称')),
                ('enabled', models.BooleanField(default=True, verbose_name='启用')),
                ('installed_on', models.DateField(blank=True, null=True, verbose_name='安装日期')),
                ('attributes', models.JSONField(blank=True, default=dict, verbose_name='其他属性')),
                ('component', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='things.component', verbose_name='部件')),
                ('gateway', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='things.gateway', verbose_name='网关')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='devices', to='things.group', verbose_name='分组')),
            ],
            options={
                'verbose_name': '设备',
                'verbose_name_plural': '设备',
                'ordering': ['subsystem', 'key'],
            },
        ),
        migrations.CreateModel(
            name='Command',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, verbose_name='指令')),
                ('parameters', models.JSONField(blank=True, default=dict, verbose_name='参数')),
                ('state', models.CharField(choices=[('queued', '排队'), ('sent', '已发送'), ('acknowledged', '设备已收到'), ('confirmed', '读数已证实'), ('timed_out', '超时'), ('failed', '失败')], default='queued', max_length=14, verbose_name='状态')),
                ('asked_name', models.CharField(blank=True, max_length=80, verbose_name='下达人姓名')),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='下达时间')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='发送时间')),
                ('acked_at', models.DateTimeField(blank=True, null=True, verbose_name='应答时间')),
                ('confirmed_at', models.DateTimeField(blank=True, null=True, verbose_name='证实时间')),
                ('expires_at', models.DateTimeField(verbose_name='期限')),
                ('expect', models.JSONField(blank=True, default=dict, verbose_name='预期读数')),
                ('waiting', models.JSONField(blank=True, default=list, help_text='分组指令：还没有读数证实的设备编号', verbose_name='尚未证实的设备')),
                ('failure', models.CharField(blank=True, max_length=200, verbose_name='失败原因')),
                ('asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='下达人')),
                ('device', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commands', to='things.device', verbose_name='设备')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='commands', to='things.group', verbose_name='分组')),
            ],
            options={
                'verbose_name': '控制指令',
                'verbose_name_plural': '控制指令',
                'ordering': ['-asked_at', '-id'],
            },
        ),
        migrations.AddIndex(
            model_name='component',
            index=models.Index(fields=['status'], name='component_by_status'),
        ),
        migrations.AddIndex(
            model_name='component',
            index=models.Index(fields=['address'], name='component_by_address', opclasses=['varchar_pattern_ops']),
        ),
        migrations.AddConstraint(
            model_name='group',
            constraint=models.UniqueConstraint(fields=('subsystem', 'key'), name='one_group_of_a_key'),
        ),
        migrations.AddConstraint(
            model_name='device',
            constraint=models.UniqueConstraint(fields=('subsystem', 'key'), name='one_device_of_a_key'),
        ),
        migrations.AddIndex(
            model_name='command',
            index=models.Index(condition=models.Q(('state__in', ['queued', 'sent', 'acknowledged'])), fields=['expires_at'], name='command_open'),
        ),
        migrations.AddConstraint(
            model_name='command',
            constraint=models.CheckConstraint(condition=models.Q(('device__isnull', False), ('group__isnull', False), _connector='XOR'), name='command_to_device_or_group'),
        ),
    ]
